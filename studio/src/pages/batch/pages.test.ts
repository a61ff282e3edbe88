import { expect, it } from "vitest";
import { moved, pagesIn, placeOf } from "./pages";

it("names the pages behind what is on the screen", () => {
  expect(pagesIn(0, 20, 100_000)).toEqual([0]);
  expect(pagesIn(95, 120, 100_000)).toEqual([0, 1]);
  expect(pagesIn(99_990, 100_020, 100_000)).toEqual([999]);
  expect(pagesIn(-3, 4, 5)).toEqual([0]);
  expect(pagesIn(0, 20, 0)).toEqual([]);
});

it("finds a row's place", () => expect(placeOf(12_345)).toEqual([123, 45]));

it("moves by keys, and stays within the rows", () => {
  expect(moved("ArrowDown", 9, 10, 5)).toBe(9);
  expect(moved("ArrowUp", 0, 10, 5)).toBe(0);
  expect(moved("PageDown", 2, 10, 5)).toBe(7);
  expect(moved("End", 2, 10, 5)).toBe(9);
  expect(moved("Home", 2, 10, 5)).toBe(0);
  expect(moved("x", 2, 10, 5)).toBeNull();
  expect(moved("ArrowDown", 0, 0, 5)).toBeNull();
});
