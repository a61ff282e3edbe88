import { expect, test } from "vitest";
import { abbreviated, bytes, count, money, percent, rate } from "./numbers";

test("numbers in tables are exact, in tiles short", () => {
  expect(count(37_271)).toBe("37,271");
  expect([9_999, 37_271, 1_250_000].map(abbreviated)).toEqual(["9,999", "37.3 k", "1.3 M"]);
});

test("money shows what can be told apart, and a dash where no price is known", () => {
  expect([null, 0, 0.000_123, 0.05, 0.5, 12.345, 1234.5].map(money)).toEqual([
    "–",
    "$0",
    "$0.00012",
    "$0.050",
    "$0.50",
    "$12.35",
    "$1,234.50",
  ]);
});

test("shares and rates", () => {
  expect([0, 0.0004, 0.0312, 0.5, 1].map(percent)).toEqual(["0 %", "< 0.1 %", "3.1 %", "50 %", "100 %"]);
  expect([0.25, 68.84, 240.3].map(rate)).toEqual(["0.3 /s", "68.8 /s", "240 /s"]);
});

test("sizes", () => {
  expect([0, 999, 1536, 99_600, 999_600, 25_000_000].map(bytes)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.5 kB",
    "100 kB",
    "1.0 MB",
    "25.0 MB",
  ]);
});
