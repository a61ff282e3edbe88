import { expect, test } from "vitest";
import { duration, relative } from "./times";

test("durations as a person says them", () => {
  const spoken = [0, 940, 1_400, 59_000, 65_000, 120_000, 3_600_000, 11_520_000, 180_000_000].map(duration);
  expect(spoken).toEqual(["0 ms", "940 ms", "1.4 s", "59 s", "1 min 5 s", "2 min", "1 h", "3 h 12 min", "2 d 2 h"]);
});

test("times are told from now, backwards and forwards", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  expect(relative("2026-11-26T11:59:58Z", now)).toBe("just now");
  expect(relative("2026-11-26T11:59:20Z", now)).toBe("40 s ago");
  expect(relative("2026-11-26T11:15:00Z", now)).toBe("45 min ago");
  expect(relative("2026-11-26T15:00:00Z", now)).toBe("in 3 h");
  expect(relative("2026-11-20T12:00:00Z", now)).toBe("6 d ago");
});
