import { describe, expect, it } from "vitest";
import { fill, fold, found, nearest, type Reference, renamed, unknown } from "./references";

const known: Reference[] = [
  { kind: "input", name: "Tone" },
  { kind: "input", name: "Tone of voice" },
  { kind: "input", name: "Product name" },
  { kind: "prompt", name: "Straße" },
];
const names = (text: string) => found(text, known).map((one) => one.reference.name);

describe("references", () => {
  it.each([
    ["@Tone.", ["Tone"]],
    ["@Tone of voice!", ["Tone of voice"]],
    ["@ProductName and @{product_name} and {{ Product name }}", ["Product name", "Product name", "Product name"]],
    ["@Tones @Tone_x a@Tone.com", []],
    ["@{Colour} @ Tone", []],
    ["@Tone。你好 @Tone你好", ["Tone", "Tone"]],
    ["@STRASSE @strasse", ["Straße", "Straße"]],
    ["@@Tone", ["Tone"]],
  ])("reads %s as the server does", (text, expected) => expect(names(text)).toEqual(expected));

  it("says where a reference stands", () => {
    expect(found("a @product_name.", known)[0]).toMatchObject({ start: 2, end: 15, exact: false });
  });

  it("finds what names nothing", () => {
    expect(unknown("@Colour @Tone {{Size}} me@example.com", known).map((one) => one.text)).toEqual([
      "@Colour",
      "{{Size}}",
    ]);
  });

  it("fills values once: what they hold is not read", () => {
    const texts = new Map([["Tone", "@{Product name}"]]);
    expect(fill("In a @Tone way: @Product name", known, texts)).toBe("In a @{Product name} way: ");
  });

  it("renames references however they were written, and nothing else", () => {
    expect(renamed("@ProductName, {{product name}}, @Tone, Product name", known, "Product name", "Item")).toBe(
      "@{Item}, @{Item}, @Tone, Product name",
    );
  });

  it("compares names without case, spaces and underscores", () => {
    expect(fold("Product_ Name")).toBe("productname");
    expect(fold("ΟΔΟΣ")).toBe(fold("οδος"));
  });

  it("guesses the name that was meant", () => {
    const all = known.map((one) => one.name);
    expect(nearest("Tome", all)).toBe("Tone");
    expect(nearest("Product", all)).toBe("Product name");
    expect(nearest("Weather", all)).toBeNull();
  });
});
