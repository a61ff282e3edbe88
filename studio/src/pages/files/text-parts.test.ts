import { expect, test } from "vitest";
import { parts, startOf, where } from "./text-parts";

const told = (text: string, offset: number, sections: [number, number | null, string | null][]) => ({
  text,
  offset,
  total: 1000,
  sections: sections.map(([at, page, label]) => ({ offset: at, page, label })),
});

const shown = (text: ReturnType<typeof told>, at: number | null, to: number | null) =>
  parts(text, at, to).map((one) => [one.kind, one.text]);

test("pages are named where they begin", () => {
  const text = told("first\nsecond", 10, [
    [10, 1, null],
    [16, 2, null],
    [900, 3, null],
  ]);
  expect(shown(text, null, null)).toEqual([
    ["section", "Page 1"],
    ["text", "first\n"],
    ["section", "Page 2"],
    ["text", "second"],
  ]);
  expect(where(text, { pages: 3 })).toBe("pages 1–3 of 3");
});

test("the passage that is meant is marked, over the end of a page too", () => {
  const text = told("abcdef", 0, [[3, null, "Prices"]]);
  expect(shown(text, 2, 5)).toEqual([
    ["text", "ab"],
    ["mark", "c"],
    ["section", "Prices"],
    ["mark", "de"],
    ["text", "f"],
  ]);
  expect(shown(text, 500, 510)).toEqual([
    ["text", "abc"],
    ["section", "Prices"],
    ["text", "def"],
  ]);
});

test("places are counted in characters, as the server counts them", () => {
  expect(shown(told("😀😀ab", 0, []), 2, 3)).toEqual([
    ["text", "😀😀"],
    ["mark", "a"],
    ["text", "b"],
  ]);
});

test("a passage has something before it", () => {
  expect([startOf(null), startOf(10), startOf(5_000)]).toEqual([0, 0, 3_000]);
});
