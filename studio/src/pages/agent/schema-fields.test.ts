import { describe, expect, it } from "vitest";
import { fieldsOf, parsed, type SchemaField, schemaFault, schemaOf } from "./schema-fields";

const base = { required: true, description: "", options: [] };
const FIELDS: SchemaField[] = [
  { ...base, name: "topic", type: "one of", options: ["billing", "other"] },
  { ...base, name: "score", type: "whole number", required: false, description: "0 to 10" },
  { ...base, name: "tags", type: "list of texts" },
];

describe("the schema of an output by form", () => {
  it("reads back what it wrote", () => expect(fieldsOf(schemaOf(FIELDS))).toEqual(FIELDS));

  it.each([
    [{ type: "array", items: {} }],
    [{ type: "object", properties: { a: { type: "object" } }, additionalProperties: false }],
    [{ type: "object", properties: { a: { type: "string", minLength: 2 } }, additionalProperties: false }],
    [{ type: "object", properties: { a: { type: "string" } } }],
  ])("leaves %j to JSON", (schema) => expect(fieldsOf(schema)).toBeNull());

  it("says what is missing", () => {
    expect(schemaFault(schemaOf([]))).toMatch("at least one");
    expect(schemaFault(schemaOf([{ ...base, name: "", type: "text" }]))).toMatch("name");
    expect(schemaFault(schemaOf([{ ...base, name: "a", type: "one of" }]))).toMatch("options");
    expect(schemaFault(schemaOf(FIELDS))).toBeNull();
  });

  it("takes JSON objects only", () => {
    expect(parsed('{"type": "object"}')).toEqual({ schema: { type: "object" } });
    expect(parsed("[]")).toHaveProperty("fault");
    expect(parsed("{")).toHaveProperty("fault");
  });
});
