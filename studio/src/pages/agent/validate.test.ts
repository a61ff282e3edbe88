import { describe, expect, it } from "vitest";
import { type AgentInput, type Definition, toDraft } from "./definition";
import { issues, mended, nameFault, offered, strays, unused } from "./validate";

const text: AgentInput = { name: "Topic", type: "text" };
const ONE: Definition = { name: "A", inputs: [text], prompts: [{ name: "Lead", prompt: "Write about @Topic" }] };
const fields = (definition: Definition) => issues(toDraft(definition)).map((one) => one.field);

describe("what keeps a draft from being saved", () => {
  it("is nothing for a definition that can be run", () => expect(fields(ONE)).toEqual([]));

  it.each<[string, Partial<Definition>]>([
    ["name", { name: " A" }],
    ["alias", { alias: "My Agent" }],
    ["inputs[0].options", { inputs: [{ name: "Tone", type: "dropdown", options: [" "] }] }],
    ["inputs[0].max_fields", { inputs: [{ ...text, min_fields: 3, max_fields: 2 }] }],
    ["prompts[0].prompt", { prompts: [{ name: "Lead", prompt: "" }] }],
    ["prompts[0].temperature", { prompts: [{ name: "Lead", prompt: "x", temperature: 3 }] }],
    ["prompts[0].models", { prompts: [{ name: "Lead", prompt: "x", models: ["a", "a"] }] }],
    ["prompts[0].prompt", { prompts: [{ name: "Lead", prompt: "@Lead" }] }],
    ["prompts[0].name", { prompts: [{ name: "to_pic", prompt: "x" }] }],
    ["settings.fan_out", { settings: { fan_out: true } }],
    ["output.title", { output: { title: "@" } }],
  ])("%s", (field, change) => expect(fields({ ...ONE, ...change })).toEqual([field]));

  it("is a reference to a prompt that comes later", () => {
    const prompts = [
      { name: "Lead", prompt: "x", system: "@Post" },
      { name: "Post", prompt: "@Lead" },
    ];
    expect(issues(toDraft({ ...ONE, prompts }))).toEqual([
      { field: "prompts[0].system", text: expect.stringContaining("comes later") },
    ]);
  });

  it.each(["", " a", "a@b", "–", "a\nb"])("names cannot be %j", (name) => expect(nameFault(name)).not.toBeNull());
});

describe("references", () => {
  const draft = toDraft({ ...ONE, prompts: [...ONE.prompts, { name: "Post", prompt: "@Lead" }] });

  it("offers inputs and earlier prompts", () => {
    expect(offered(draft, 1).map((one) => one.name)).toEqual(["Topic", "Lead"]);
    expect(offered(draft).map((one) => one.name)).toEqual(["Topic", "Lead", "Post"]);
  });

  it("finds strays and what was meant", () => {
    expect(strays("About @Topik", offered(draft), offered(draft))).toMatchObject([{ name: "Topik", meant: "Topic" }]);
  });

  it("mends every stray of one spelling", () => {
    const text = "@Topik, @Topiks and @Topik";
    expect(mended(text, strays(text, offered(draft), offered(draft)), "@Topik", "@{Topic}")).toBe(
      "@{Topic}, @Topiks and @{Topic}",
    );
  });

  it("finds what nothing refers to", () => {
    expect(unused(draft)).toEqual([]);
    const template = toDraft({ ...ONE, output: { template: "fixed" } });
    expect(unused(template).map((one) => one.name)).toEqual(["Lead"]);
  });
});
