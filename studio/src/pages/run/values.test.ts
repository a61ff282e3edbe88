import { expect, it } from "vitest";
import type { Input } from "./mapping";
import { faultsByInput, inputsOf, lacking, limitsOf, valuesOf } from "./values";

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

it("knows what files an input takes, and that one is needed", () => {
  const file = {
    name: "Brief",
    input_type: "file",
    required: true,
    options: { file_types: ["pdf"], max_files: 3, max_file_size_mb: 25, upload_types: ["url", "file_id"] },
  } as unknown as Input;
  const media = { name: "Photo", input_type: "media", options: { file_types: ["png"], max_image_size_mb: 10 } };
  expect(limitsOf(file)).toEqual({ types: ["pdf"], most: 3, largestMb: 25, urls: true });
  expect(limitsOf(media as unknown as Input)).toEqual({ types: ["png"], most: 1, largestMb: 10, urls: false });
  expect(Object.keys(lacking([file], { Brief: [""] }))).toEqual(["Brief"]);
  expect(valuesOf([file], [{ id: "Brief", value: ["a", "b", "c", "d"] }])).toEqual({ Brief: ["a", "b", "c"] });
});
