import { expect, test } from "vitest";
import { grown, type Question } from "../graphs/remote";
import { ofQuestion, pieces, placeOf } from "./passage";

const question = (answer: string, rest: Partial<Question> = {}): Question => ({
  question: "q",
  answer,
  sources: [],
  subqueries: [],
  references: { files: [], web: [] },
  ...rest,
});

const FILE = { text: "", fileId: "f 1", file_name: "guide.pdf", score: 0.5, page: 2, start: 0, cite: "1" };

test("an answer grows piece by piece, and ends with what it was written from", () => {
  const sources = [{ file_id: "f", snippet: "s" }];
  const pieces = [question("Light "), question("and "), question("light"), question("", { sources })];
  expect(pieces.reduce(grown, null as Question | null)).toEqual(question("Light and light", { sources }));
});

test("only what is cited becomes a mark", () => {
  expect(pieces("Wet [1], dry [x] [2][1]", new Set(["1", "2"]))).toEqual([
    { text: "Wet ", cite: null },
    { text: "[1]", cite: "1" },
    { text: ", dry [x] ", cite: null },
    { text: "[2]", cite: "2" },
    { text: "[1]", cite: "1" },
  ]);
  expect(pieces("", new Set())).toEqual([]);
});

test("a passage leads to its place in the file", () => {
  const [first] = ofQuestion(
    question("a", {
      references: { files: [{ ...FILE, text: "😀b", start: 10 }], web: [] },
    }),
  );
  expect(first && placeOf(first)).toBe("/files?file=f%201&at=10&to=12");
  const [source] = ofQuestion(question("a", { sources: [{ file_id: "f", snippet: "s" }] }));
  expect(source && placeOf(source)).toBe("/files?file=f");
});
