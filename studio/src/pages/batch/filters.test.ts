import { describe, expect, it } from "vitest";
import { choices, countOf, readFilter, rowsQuery, sortedBy, withFilter } from "./filters";

const COUNTS = { total: 10, queued: 2, running: 1, waiting: 3, completed: 4, failed: 0, cancelled: 0, invalid: 0 };
const read = (text: string) => readFilter(new URLSearchParams(text));

describe("the address", () => {
  it("says what is shown, and nothing of what is as ever", () => {
    const params = withFilter(new URLSearchParams("row=7"), { show: "failed", sort: "cost", order: "desc", q: "" });
    expect(params.toString()).toBe("row=7&show=failed&sort=cost&order=desc");
    expect(withFilter(params, { show: "all", sort: "row", order: "asc" }).toString()).toBe("row=7");
  });

  it("is read back, with nonsense taken for nothing", () => {
    expect(read("show=failed&q=shoe&from=100")).toMatchObject({ show: "failed", q: "shoe", from: 100, to: null });
    expect(read("show=nonsense&sort=nonsense&from=x")).toMatchObject({ show: "all", sort: "row", from: null });
  });
});

describe("the query", () => {
  it("names the states that a choice stands for", () => {
    expect(rowsQuery(read("show=waiting"))).toEqual({ state: "queued,waiting" });
    expect(rowsQuery(read(""))).toEqual({});
  });

  it("tells by what rows are sorted, and in which order", () => {
    expect(rowsQuery(read("sort=cost"))).toEqual({ sort: "cost", order: "asc" });
    expect(rowsQuery(read("sort=cost&order=desc"))).toEqual({ sort: "cost", order: "desc" });
    expect(rowsQuery(read("order=desc"))).toEqual({ sort: "row", order: "desc" });
  });

  it("tells brushed times as ISO", () => {
    expect(rowsQuery(read("from=1000&to=2000"))).toEqual({
      from: "1970-01-01T00:16:40.000Z",
      to: "1970-01-01T00:33:20.000Z",
    });
  });
});

it("counts what a choice would show", () => {
  expect(countOf(COUNTS, "all")).toBe(10);
  expect(countOf(COUNTS, "waiting")).toBe(5);
});

it("offers rare states only where they occur, or are chosen", () => {
  expect(choices(COUNTS, "all").map((one) => one.value)).not.toContain("cancelled");
  expect(choices({ ...COUNTS, cancelled: 1 }, "all").map((one) => one.value)).toContain("cancelled");
  expect(choices(COUNTS, "invalid").map((one) => one.value)).toContain("invalid");
});

it("turns the order on a second click", () => {
  expect(sortedBy(read(""), "cost")).toEqual({ sort: "cost", order: "desc" });
  expect(sortedBy(read("sort=cost&order=desc"), "cost")).toEqual({ sort: "cost", order: "asc" });
  expect(sortedBy(read("sort=cost&order=desc"), "row")).toEqual({ sort: "row", order: "asc" });
});
