import { expect, it } from "vitest";
import type { Input } from "./mapping";
import { faultsByInput, inputsOf, lacking, valuesOf } from "./values";

const input = (name: string, fields = 1): Input =>
  ({ name, input_type: "text", required: true, options: { min_fields: 1, max_fields: fields } }) as Input;
const INPUTS = [input("Product", 2), input("Tone")];

it("sends what is filled in, and nothing of what is blank", () => {
  expect(inputsOf(INPUTS, { Product: ["shoe", " ", "hat"], Tone: ["  "] })).toEqual([
    { id: "Product", value: ["shoe", "hat"] },
  ]);
});

it("takes over the values of an earlier job, as many as there is room for", () => {
  const given = [
    { id: "Product", value: ["a", "b", "c"] },
    { id: "Gone", value: ["x"] },
  ];
  expect(valuesOf(INPUTS, given)).toEqual({ Product: ["a", "b"], Tone: [""] });
});

it("knows what is needed and empty", () => {
  expect(Object.keys(lacking(INPUTS, { Product: ["shoe"], Tone: [" "] }))).toEqual(["Tone"]);
});

it("sorts faults to their inputs", () => {
  const faults = [
    { text: '"Tone" is required', key: "", extras: { input: "Tone" } },
    { text: "too many jobs", key: "", extras: {} },
  ];
  expect(faultsByInput(faults)).toEqual({ of: { Tone: '"Tone" is required' }, others: ["too many jobs"] });
});
