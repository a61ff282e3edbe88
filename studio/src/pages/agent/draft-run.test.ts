import { describe, expect, it } from "vitest";
import { heard, type Result, STARTED, type Test } from "./draft-run";

const RESULT = { title: "Copy", suggestion: "Hello.", results: null, prompts: [], cost: null, duration_ms: 12 };
const told = (...events: [string, unknown][]): Test =>
  events.reduce((test, [event, data]) => heard(test, event, JSON.stringify(data)), STARTED);

const prompt = (name: string, part: number | null = null): [string, unknown] => [
  "prompt",
  { part, prompt: name, model: null },
];
const delta = (name: string, text: string, part: number | null = null): [string, unknown] => [
  "delta",
  { part, prompt: name, text },
];

describe("a test as it arrives", () => {
  it("grows the texts of its prompts", () => {
    const test = told(prompt("Lead"), delta("Lead", "Hel"), delta("Lead", "lo."), prompt("Post"), delta("Post", "Hi."));
    expect(test.prompts.map((one) => [one.prompt, one.text])).toEqual([
      ["Lead", "Hello."],
      ["Post", "Hi."],
    ]);
  });

  it("keeps the parts of a fan-out apart", () => {
    const test = told(prompt("Lead", 0), prompt("Lead", 1), delta("Lead", "one", 0), delta("Lead", "two", 1));
    expect(test.prompts.map((one) => one.text)).toEqual(["one", "two"]);
  });

  it("ends with a result, and hears nothing after it", () => {
    const test = told(prompt("Lead"), ["result", RESULT], delta("Lead", "late"));
    expect(test).toMatchObject({ state: "done", result: RESULT as unknown as Result, prompts: [{ text: "" }] });
  });

  it("ends with a problem and all its faults", () => {
    const errors = [{ description: "quota", key: "k", extras: { input: "Tone" } }];
    expect(told(["problem", { message: "quota", errors }])).toMatchObject({
      state: "failed",
      message: "quota",
      faults: [{ text: "quota", extras: { input: "Tone" } }],
    });
  });
});
