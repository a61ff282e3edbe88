import { describe, expect, it } from "vitest";
import { errorClasses, latestP95, type Point, rates, type Series, spend, stacked, times } from "./series";

const START = Date.parse("2026-11-26T12:00:00Z");
const point = (at: number, more: Partial<Point> = {}): Point => ({
  at: new Date(START + at * 1000).toISOString(),
  completed: 0,
  failed: 0,
  cancelled: 0,
  tokens: 0,
  cost: 0,
  p50_ms: null,
  p95_ms: null,
  errors: {},
  ...more,
});
const series = (points: Point[], asOf: number): Series => ({
  from: points[0]?.at ?? "",
  to: points.at(-1)?.at ?? "",
  step_s: 10,
  currency: "USD",
  as_of: new Date(START + asOf * 1000).toISOString(),
  points,
});

it("gives times in seconds", () =>
  expect(times(series([point(0), point(10)], 20))).toEqual([START / 1000, START / 1000 + 10]));

describe("rates", () => {
  it("are rows a second", () => {
    expect(rates(series([point(0, { completed: 50, failed: 10 })], 60))).toEqual([[5], [1]]);
  });

  it("take a point that is not over for as long as it has lasted", () => {
    expect(rates(series([point(0, { completed: 50 }), point(10, { completed: 25 })], 15))[0]).toEqual([5, 5]);
  });

  it("do not judge a point that has only begun", () => {
    expect(rates(series([point(0, { completed: 50 }), point(10, { completed: 1 })], 11))[0]).toEqual([5, null]);
  });
});

it("adds up the spend", () => {
  expect(spend(series([point(0), point(10, { cost: 0.5 }), point(20), point(30, { cost: 0.25 })], 40))).toEqual([
    0, 0.5, 0.5, 0.75,
  ]);
});

describe("error classes", () => {
  const found = series([point(0, { errors: { a: 1, b: 5 } }), point(10, { errors: { b: 1, c: 2, d: 1, e: 1 } })], 20);

  it("stand by their number, the rest together", () => {
    expect(errorClasses(found, 3)).toEqual([
      { code: "b", values: [5, 1] },
      { code: "c", values: [0, 2] },
      { code: "others", values: [1, 2] },
    ]);
  });

  it("are named one by one where they are few", () => {
    expect(errorClasses(found, 5).map((one) => one.code)).toEqual(["b", "c", "a", "d", "e"]);
  });
});

it("stacks", () =>
  expect(
    stacked([
      [1, 2],
      [3, 0],
    ]),
  ).toEqual([
    [1, 2],
    [4, 2],
  ]));

it("knows the latest latency", () => {
  expect(latestP95(undefined)).toBeNull();
  expect(latestP95(series([point(0, { p95_ms: 900 }), point(10)], 20))).toBe(900);
});
