import { describe, expect, it } from "vitest";
import { isFiltered, jobsQuery, readFilter, writeFilter } from "./filters";

const read = (text: string) => readFilter(new URLSearchParams(text));
const NOW = Date.parse("2026-11-26T12:34:56Z");

it("reads the address, and takes nonsense for nothing", () => {
  expect(read("state=failed&agent=a&since=24h")).toEqual({
    state: "failed",
    agent: "a",
    batch: "",
    error: "",
    since: "24h",
  });
  expect(read("state=nonsense&since=nonsense")).toMatchObject({ state: "all", since: "" });
});

describe("a change", () => {
  it("leaves out of the address what is as ever", () => {
    expect(writeFilter(read("state=failed"), { agent: "a" })).toEqual({ state: "failed", agent: "a" });
    expect(writeFilter(read("state=failed"), { state: "all" })).toEqual({});
  });

  it("of the error shows failed jobs, and another state forgets the error", () => {
    expect(writeFilter(read(""), { error: "model_timeout" })).toEqual({ state: "failed", error: "model_timeout" });
    expect(writeFilter(read("state=failed&error=poison"), { state: "open" })).toEqual({ state: "open" });
  });
});

it("asks the API", () => {
  expect(jobsQuery(read("state=open&batch=none&since=1h"), NOW)).toEqual({
    state: "queued,running,waiting",
    batch_id: "none",
    from: "2026-11-26T11:34:00.000Z",
  });
  expect(jobsQuery(read(""), NOW)).toEqual({});
});

it("knows whether anything is left out", () => {
  expect(isFiltered(read(""))).toBe(false);
  expect(isFiltered(read("since=1h"))).toBe(true);
});
