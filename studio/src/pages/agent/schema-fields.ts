/** A JSON schema of flat fields as a small form; what the form cannot say stays JSON. */
import type { JsonSchema } from "./definition";

export type FieldType = "text" | "number" | "whole number" | "yes or no" | "one of" | "list of texts";
export type SchemaField = { name: string; type: FieldType; required: boolean; description: string; options: string[] };

export const FIELD_TYPES: FieldType[] = ["text", "number", "whole number", "yes or no", "one of", "list of texts"];

const TYPES: Partial<Record<FieldType, JsonSchema>> = {
  text: { type: "string" },
  number: { type: "number" },
  "whole number": { type: "integer" },
  "yes or no": { type: "boolean" },
  "list of texts": { type: "array", items: { type: "string" } },
};

/** The schema of an object with these fields and no others. */
export function schemaOf(fields: readonly SchemaField[]): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((one) => [one.name, propertyOf(one)])),
    required: fields.filter((one) => one.required).map((one) => one.name),
    additionalProperties: false,
  };
}

function propertyOf(field: SchemaField): JsonSchema {
  const kind = field.type === "one of" ? { enum: field.options } : TYPES[field.type];
  return { ...kind, ...(field.description ? { description: field.description } : {}) };
}

/** The fields of a schema that the form can show whole; null for any other. */
export function fieldsOf(schema: JsonSchema): SchemaField[] | null {
  const { type, properties, required = [], additionalProperties, ...rest } = schema;
  if (type !== "object" || !isObject(properties) || Object.keys(rest).length > 0) return null;
  if (additionalProperties !== false || !isTexts(required)) return null;
  const fields = Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name)));
  if (required.some((name) => !(name in properties))) return null;
  return fields.every((one) => one !== null) ? fields : null;
}

function fieldOf(name: string, property: unknown, required: boolean): SchemaField | null {
  if (!isObject(property)) return null;
  const { description = "", ...kind } = property;
  if (typeof description !== "string") return null;
  const base = { name, required, description, options: [] as string[] };
  const { enum: options, type, ...others } = kind;
  if (isTexts(options) && (type === undefined || type === "string") && Object.keys(others).length === 0)
    return { ...base, type: "one of", options };
  const found = FIELD_TYPES.find((one) => TYPES[one] && JSON.stringify(TYPES[one]) === JSON.stringify(kind));
  return found ? { ...base, type: found } : null;
}

/** What is wrong with a schema that the form made; null when nothing is. */
export function schemaFault(schema: JsonSchema): string | null {
  const fields = fieldsOf(schema);
  if (!fields) return null;
  if (fields.length === 0) return "JSON output needs at least one field.";
  if (fields.some((one) => !one.name.trim())) return "Every field of the JSON output needs a name.";
  if (fields.some((one) => one.type === "one of" && one.options.length === 0)) return "“One of” needs options.";
  return null;
}

/** A JSON schema written by hand, or why it is none. */
export function parsed(text: string): { schema: JsonSchema } | { fault: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { schema: value } : { fault: "A schema is a JSON object: begin with {." };
  } catch (error) {
    return { fault: error instanceof Error ? `This is not JSON: ${error.message}.` : "This is not JSON." };
  }
}

const isObject = (value: unknown): value is JsonSchema =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");
