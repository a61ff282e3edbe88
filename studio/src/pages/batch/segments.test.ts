import { expect, it } from "vitest";
import { segments } from "./segments";

const NONE = { total: 0, queued: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0, invalid: 0 };

it("has nothing to show of no rows", () => expect(segments(NONE)).toEqual([]));

it("shows shares of the whole in one order", () => {
  const found = segments({ ...NONE, total: 100, running: 10, completed: 60, failed: 5, queued: 25 });
  expect(found.map((one) => [one.state, one.percent])).toEqual([
    ["completed", 60],
    ["failed", 5],
    ["running", 10],
  ]);
});

it("shows one failed row of a million, and never more than the whole line", () => {
  const found = segments({ ...NONE, total: 1_000_000, completed: 999_999, failed: 1 });
  expect(found[1]?.percent).toBeGreaterThan(0.4);
  expect(found.reduce((sum, one) => sum + one.percent, 0)).toBeLessThanOrEqual(100.0001);
});

it("leaves a rest while rows are queued", () => {
  const found = segments({ ...NONE, total: 100_000, completed: 99_999, queued: 1 });
  expect(found[0]?.percent).toBeLessThan(100);
});
