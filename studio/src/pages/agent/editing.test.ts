import { describe, expect, it } from "vitest";
import { type Definition, newInput, same, toDefinition, toDraft, unused } from "./definition";
import { begin, edit, moved, rename, retyped, withInput, withPrompt } from "./editing";

const DEFINITION: Definition = {
  name: "Copy",
  inputs: [{ name: "Product", type: "text" }],
  prompts: [
    { name: "Body", prompt: "Describe @Product.", system: "For {{product}} shops", temperature: 0 },
    { name: "Post", prompt: "Shorten @Body" },
  ],
  output: { template: "@Post\n@Body for @Product" },
};

describe("the draft", () => {
  it("comes back as it went in, with defaults left out and zeros kept", () => {
    expect(toDefinition(toDraft(DEFINITION))).toEqual(DEFINITION);
    const cleared = { ...toDraft(DEFINITION), description: "", alias: null, output: { title: "", template: null } };
    expect(toDefinition(cleared)).not.toHaveProperty("output");
    expect(toDefinition(cleared)).not.toHaveProperty("description");
  });

  it("says the same in any order of fields", () => {
    expect(same({ name: "A", prompts: [] }, { prompts: [], name: "A" })).toBe(true);
    expect(same({ name: "A", prompts: [] }, { name: "B", prompts: [] })).toBe(false);
  });

  it("names new things what nothing is called", () => expect(unused("Text", ["text", "Text_2"])).toBe("Text 3"));
});

describe("editing", () => {
  const draft = toDraft(DEFINITION);
  const typed = (text: string, at: number, from = begin(draft)) =>
    edit(from, { type: "change", draft: { ...from.present, name: text }, place: "name", at });

  it("undoes typing in one place at once, and redoes it", () => {
    const after = typed("Copyed", 900, typed("Copye", 100));
    const undone = edit(after, { type: "undo" });
    expect(undone.present.name).toBe("Copy");
    expect(edit(undone, { type: "redo" }).present.name).toBe("Copyed");
    expect(edit(undone, { type: "undo" })).toBe(undone);
  });

  it("keeps apart what was typed after a pause or elsewhere", () => {
    const later = typed("C2", 5_000, typed("C1", 100));
    expect(edit(later, { type: "undo" }).present.name).toBe("C1");
    const elsewhere = edit(typed("C1", 100), { type: "change", draft, place: "description", at: 150 });
    expect(elsewhere.past).toHaveLength(2);
  });

  it("forgets what was undone when something else is done", () => {
    const undone = edit(typed("C1", 100), { type: "undo" });
    expect(typed("C3", 9_000, undone).future).toEqual([]);
  });

  it("lets references follow a name", () => {
    const key = draft.inputs[0]?.key as string;
    const { prompts, output, inputs } = rename(draft, key, "Item name");
    expect(inputs[0]?.name).toBe("Item name");
    expect(prompts[0]).toMatchObject({ prompt: "Describe @{Item name}.", system: "For @{Item name} shops" });
    expect(output.template).toBe("@Post\n@Body for @{Item name}");
    expect(rename(draft, draft.prompts[0]?.key as string, "Text").prompts[1]?.prompt).toBe("Shorten @{Text}");
  });

  it("changes one input, one prompt, the order, the type", () => {
    const input = draft.inputs[0] as (typeof draft.inputs)[0];
    expect(withInput(draft, input.key, { required: false }).inputs[0]?.required).toBe(false);
    expect(withPrompt(draft, draft.prompts[1]?.key as string, { model: "big" }).prompts[1]?.model).toBe("big");
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    const dropdown = retyped({ ...input, max_fields: 5 }, newInput("dropdown", []));
    expect(dropdown).toMatchObject({ key: input.key, name: "Product", type: "dropdown", options: ["first", "second"] });
    expect(dropdown).not.toHaveProperty("max_fields");
  });
});
