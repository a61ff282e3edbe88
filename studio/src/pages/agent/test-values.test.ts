import { expect, it } from "vitest";
import type { AgentInput } from "./definition";
import { faultsOf, given } from "./test-values";

const INPUTS: AgentInput[] = [
  { name: "Name", type: "text", min_fields: 2, max_fields: 3 },
  { name: "Tone", type: "dropdown", options: ["dry"] },
  { name: "Note", type: "text", required: false },
  { name: "Paper", type: "file" },
];
const faults = (values: Record<string, string[]>) => [...faultsOf(INPUTS, new Map(Object.entries(values))).entries()];

it("takes the values of inputs there are, without blank ones", () => {
  const values = new Map([
    ["Name", ["a", " ", "b"]],
    ["Gone", ["x"]],
    ["Note", [""]],
  ]);
  expect([...given(INPUTS, values)]).toEqual([["Name", ["a", "b"]]]);
});

it("says what is missing or too much", () => {
  expect(faults({})).toEqual([
    ["Name", "Fill this in."],
    ["Tone", "Choose one."],
    ["Paper", "Choose a file."],
  ]);
  expect(faults({ Name: ["a"], Tone: ["wet"], Paper: ["f"] })).toEqual([
    ["Name", "Give at least 2 values."],
    ["Tone", "“wet” is not among the options: choose another."],
  ]);
  expect(faults({ Name: ["a", "b", "c", "d"], Tone: ["dry"], Note: ["a", "b"], Paper: ["f", "g"] })).toEqual([
    ["Name", "Give at most 3 values."],
    ["Note", "Give at most one value."],
    ["Paper", "Give at most one file."],
  ]);
  expect(faults({ Name: ["a", "b"], Tone: ["dry"], Paper: ["f"] })).toEqual([]);
});
