import { describe, expect, it } from "vitest";
import { breaking, changes, words } from "./changes";
import type { AgentInput, Definition } from "./definition";

const TONE: AgentInput = { name: "Tone", type: "dropdown", options: ["friendly", "formal"] };
const NOTE: AgentInput = { name: "Note", type: "text", required: false, max_fields: 3 };
const BEFORE: Definition = {
  name: "Copy",
  alias: "copy",
  inputs: [TONE, NOTE],
  prompts: [{ name: "Lead", prompt: "Write two sentences." }],
};
const from = (after: Partial<Definition>) => changes(BEFORE, { ...BEFORE, ...after });

describe("changes", () => {
  it("are none between equal definitions", () => expect(from({ inputs: [{ ...TONE }, NOTE], output: {} })).toEqual([]));

  it("tell of graphs", () => {
    const [knowledge] = changes({ ...BEFORE, graphs: ["a"] }, { ...BEFORE, graphs: ["b", "c"] });
    expect(knowledge).toMatchObject({ what: "Knowledge", details: ["2 graphs more", "one graph less"], breaks: [] });
    expect(changes({ ...BEFORE, graphs: [] }, BEFORE)).toEqual([]);
  });

  it("tell how files may be given, and whether passages are cited", () => {
    const paper: AgentInput = { name: "Paper", type: "file" };
    const before = { ...BEFORE, inputs: [paper] };
    const told = (after: Partial<Definition>) => changes(before, { ...before, ...after }).map((one) => one.details);
    expect(told({ inputs: [{ ...paper, upload_types: ["url", "file_id"] }] })).toEqual([["given as: with “url”"]]);
    expect(told({ inputs: [{ ...paper, upload_types: ["file_id"] }] })).toEqual([]);
    expect(told({ settings: { inline_citations: true } })).toEqual([["passages cited: false → true"]]);
  });

  it("show texts word by word", () => {
    const [lead] = from({ prompts: [{ name: "Lead", prompt: "Write three sentences.", temperature: 0 }] });
    expect(lead).toMatchObject({ kind: "changed", what: "Prompt Lead", details: ["temperature: none → 0"] });
    expect(lead?.texts[0]?.pieces.filter((one) => one.kind !== "same")).toEqual([
      { kind: "removed", text: "two" },
      { kind: "added", text: "three" },
    ]);
    expect(words("", "")).toEqual([]);
  });

  it("tell what was added, removed and moved", () => {
    const all = from({
      inputs: [NOTE, TONE],
      prompts: [{ name: "Body", prompt: "Write." }],
      output: { title: "Text", template: "@Body" },
      settings: { max_attempts: 2 },
    });
    expect(all.map((one) => `${one.kind} ${one.what}`)).toEqual([
      "changed Inputs",
      "removed Prompt Lead",
      "added Prompt Body",
      "changed Output",
      "changed Settings",
    ]);
  });
});

describe("callers that would break", () => {
  it.each<[string, AgentInput[], string | null]>([
    ["a new required input", [TONE, NOTE, { name: "Size", type: "text" }], "do not send “Size”"],
    ["a new optional input", [TONE, NOTE, { name: "Size", type: "text", required: false }], null],
    ["a removed input", [TONE], "send “Note”"],
    ["a removed option", [{ ...TONE, options: ["formal"] }, NOTE], "choose “friendly” in “Tone”"],
    ["an added option", [{ ...TONE, options: ["formal", "friendly", "dry"] }, NOTE], null],
    ["an input that becomes required", [TONE, { ...NOTE, required: true }], "leave “Note” out"],
    ["fewer values", [TONE, { ...NOTE, max_fields: 2 }], "more than 2 values"],
    ["another type", [TONE, { name: "Note", type: "file", required: false }], "as text; it is file now"],
  ])("%s", (_, inputs, told) => {
    const all = breaking(from({ inputs }));
    if (told === null) expect(all).toEqual([]);
    else expect(all).toEqual([expect.stringContaining(told)]);
  });

  it("another alias", () => expect(breaking(from({ alias: "words" }))).toHaveLength(1));
});
