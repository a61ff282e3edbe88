import { expect, test } from "vitest";
import { ofSources, type Source, sourcesOf } from "./sources";

const source = (start: number, prompt: string): Source => ({
  graph_id: "g",
  file_id: "f",
  file_name: "guide.pdf",
  page: 2,
  start,
  text: "Shoes grip.",
  score: 0.7,
  url: null,
  cite: String(start),
  prompt,
  part: null,
});

test("a passage that several prompts had is shown once", () => {
  const found = ofSources([source(1, "Lead"), source(9, "Lead"), source(1, "Body")]);
  expect(found.map((one) => [one.start, one.cite, one.name])).toEqual([
    [1, "1", "guide.pdf"],
    [9, "9", "guide.pdf"],
  ]);
});

test("a job without graphs has none", () => {
  expect(sourcesOf({ data: null })).toEqual([]);
  expect(sourcesOf({ data: { title: "t", suggestion: "s" } } as never)).toEqual([]);
  expect(sourcesOf({ data: { title: "t", suggestion: "s", sources: null } } as never)).toEqual([]);
});
