import { describe, expect, it } from "vitest";
import { DEFAULTS, estimateQuery, uploadQuery } from "./options";

describe("an upload", () => {
  it("says nothing of what is as ever", () => expect(uploadQuery(DEFAULTS, {}).toString()).toBe(""));

  it("says what is chosen", () => {
    const chosen = { ...DEFAULTS, trial: "sample" as const, stopOnErrors: "5 %", deadlineHours: "1.5", skipBad: true };
    expect(Object.fromEntries(uploadQuery(chosen, { Article: "Product" }))).toEqual({
      sample: "5",
      stop_on_errors: "5%",
      deadline_s: "5400",
      on_bad_rows: "skip",
      map: '{"Article":"Product"}',
    });
  });

  it("leaves it to the server to refuse a number that is none", () => {
    expect(uploadQuery({ ...DEFAULTS, maxCost: "lots", deadlineHours: "soon" }, {}).toString()).toBe(
      "max_cost=lots&deadline_s=soon",
    );
  });
});

it("estimates by what matters for it", () => {
  expect(estimateQuery({ ...DEFAULTS, maxCost: "5", dedupe: false }, {}).toString()).toBe("dedupe=false");
});
