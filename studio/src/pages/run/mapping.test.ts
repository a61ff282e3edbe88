import { describe, expect, it } from "vitest";
import { asMap, byName, type Input, mapped, missing } from "./mapping";

const input = (name: string, fields = 1, required = true): Input =>
  ({ name, input_type: "text", required, options: { min_fields: 1, max_fields: fields } }) as Input;
const INPUTS = [input("Product name"), input("Tone"), input("Notes", 3, false)];

describe("by name", () => {
  it("ignores case, spaces and underscores", () => {
    expect(byName(["PRODUCT_NAME", "tone", "Price"], INPUTS)).toEqual({
      PRODUCT_NAME: "Product name",
      tone: "Tone",
      Price: "",
    });
  });

  it("takes numbered columns for an input of several values", () => {
    expect(byName(["Notes 1", "notes_2", "Tone 1"], INPUTS)).toEqual({
      "Notes 1": "Notes",
      notes_2: "Notes",
      "Tone 1": "",
    });
  });

  it("finds the rows' ids", () => expect(byName(["ID", "Tone"], INPUTS)).toEqual({ ID: "id", Tone: "Tone" }));
});

describe("a choice", () => {
  it("takes an input of one value from the column that had it", () => {
    expect(mapped({ a: "Tone", b: "" }, "b", "Tone", INPUTS)).toEqual({ a: "", b: "Tone" });
  });

  it("adds to an input of several values until it is full", () => {
    const three = { a: "Notes", b: "Notes", c: "", d: "" };
    expect(mapped(three, "c", "Notes", INPUTS)).toEqual({ a: "Notes", b: "Notes", c: "Notes", d: "" });
    expect(mapped({ ...three, c: "Notes" }, "d", "Notes", INPUTS).a).toBe("");
  });
});

describe("what is said to the server", () => {
  it("is nothing where names say it", () => {
    const columns = ["Tone", "Price"];
    expect(asMap(byName(columns, INPUTS), columns, INPUTS)).toEqual({});
  });

  it("is every column that matters, those among them that are kept from an input", () => {
    const columns = ["Article", "Tone", "Style", "Price"];
    const mapping = { Article: "Product name", Tone: "", Style: "Tone", Price: "" };
    expect(asMap(mapping, columns, INPUTS)).toEqual({ Article: "Product name", Tone: "", Style: "Tone" });
  });
});

it("knows which required inputs have no column", () => {
  expect(missing({ a: "Tone" }, INPUTS)).toEqual(["Product name"]);
});
