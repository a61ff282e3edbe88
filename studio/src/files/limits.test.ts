import { expect, test } from "vitest";
import { accepted, faultOf, withFiles, wordsOf } from "./limits";

const LIMITS = { types: ["png", ".jpg"], most: 3, largestMb: 10, urls: false };

test("what is not taken is told before it is sent", () => {
  expect(faultOf({ name: "a.jpeg", size: 10 * 1024 * 1024 }, LIMITS)).toBe(null);
  expect(faultOf({ name: "a.pdf", size: 1 }, LIMITS)).toBe("a.pdf is none of png, .jpg.");
  expect(faultOf({ name: "a.png", size: 10_600_000 }, LIMITS)).toBe("a.png has 10.6 MB; at most 10 MB are taken.");
  expect(faultOf({ name: "a.pdf", size: 10 ** 12 }, { ...LIMITS, types: [], largestMb: null })).toBe(null);
});

test("files are added once, as many as there is room for; a single one is replaced", () => {
  expect(withFiles(["", "a"], ["b", "a"], 3)).toEqual(["a", "b"]);
  expect(withFiles(["a", "b"], ["c", "d"], 3)).toEqual(["a", "b", "c"]);
  expect(withFiles(["a"], ["b"], 1)).toEqual(["b"]);
});

test("what is taken is said in a few words", () => {
  expect(wordsOf(LIMITS)).toBe("up to 3 files · png, .jpg · 10 MB");
  expect(wordsOf({ ...LIMITS, types: [], most: 1, largestMb: null })).toBe("or drop it here");
  expect(accepted(["png", ".jpg"])).toBe(".png,.jpg");
});
