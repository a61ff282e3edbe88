import { expect, it } from "vitest";
import { toDraft } from "./definition";
import type { EarlierTest } from "./earlier-tests";
import { preview } from "./preview";

it("puts the output together from inputs and the last test, and names what is missing", () => {
  const draft = toDraft({
    name: "A",
    inputs: [{ name: "City", type: "text" }],
    prompts: [
      { name: "Lead", prompt: "x" },
      { name: "Post", prompt: "y" },
    ],
    output: { template: "@City: @Lead / @Post." },
  });
  const last = { prompts: [{ prompt: "Lead", model: null, output: "<b>Hi @City</b>" }] } as unknown as EarlierTest;
  expect(preview(draft, new Map([["City", ["Lisbon", " ", "Porto"]]]), last)).toEqual([
    { text: "Lisbon\nPorto", missing: false },
    { text: ": ", missing: false },
    { text: "<b>Hi @City</b>", missing: false },
    { text: " / ", missing: false },
    { text: "Post", missing: true },
    { text: ".", missing: false },
  ]);
  expect(preview({ ...draft, output: {} }, new Map(), null)).toEqual([{ text: "Post", missing: true }]);
});
