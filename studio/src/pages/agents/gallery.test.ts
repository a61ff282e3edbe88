import { describe, expect, it } from "vitest";
import { examples, headOf, withoutAlias } from "./gallery";

describe("the gallery", () => {
  it("holds every example, each with a name and a description", () => {
    expect(examples.map((one) => one.slug)).toEqual([
      "product-description",
      "social-post",
      "faq",
      "press-release",
      "ticket-triage",
      "meta-tags",
    ]);
    for (const one of examples) {
      expect(one.name).toMatch(/^[A-Z]/);
      expect(one.description).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("reads folded and quoted heads", () => {
    expect(headOf('name: "A b"\ndescription: >-\n  One\n  two.\ninputs: []\n')).toEqual({
      name: "A b",
      description: "One two.",
    });
  });

  it("takes an alias out, and nothing else", () => {
    expect(withoutAlias("name: A\nalias: a\ndescription: alias: b\n")).toBe("name: A\ndescription: alias: b\n");
  });
});
