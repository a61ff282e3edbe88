import type { Schemas } from "@/api/client";
import { fold } from "./fold";

export type Input = Schemas["Input"];

/** For each column the input it feeds; "" for none. */
export type Mapping = Record<string, string>;

/** What the column with the rows' own ids is mapped to, unless an input is called so. */
export const ID = "id";

/** How many columns may feed an input. */
export function most(input: Input): number {
  const fields = input.input_type === "text" ? input.options.max_fields : 1;
  return typeof fields === "number" ? fields : 1;
}

/** Which column feeds which input by its name alone, as the server has it. */
export function byName(columns: readonly string[], inputs: readonly Input[]): Mapping {
  const mapping: Mapping = Object.fromEntries(columns.map((name) => [name, ""]));
  for (const input of inputs) for (const column of sources(input, columns)) mapping[column] = input.name;
  const id = columns.find((name) => fold(name) === ID && mapping[name] === "");
  if (id && !inputs.some((one) => one.name === ID)) mapping[id] = ID;
  return mapping;
}

function sources(input: Input, columns: readonly string[]): string[] {
  if (columns.includes(input.name)) return [input.name];
  const wanted = fold(input.name);
  const alike = columns.filter((name) => fold(name) === wanted);
  if (alike.length > 0) return alike.slice(0, 1);
  if (most(input) === 1) return [];
  return columns.filter((name) => {
    const stem = /^(.*?)[ _]*\d+$/s.exec(name)?.[1];
    return stem !== undefined && fold(stem) === wanted;
  });
}

/** The mapping with `column` feeding `target`; an input of one value loses the column it had. */
export function mapped(mapping: Mapping, column: string, target: string, inputs: readonly Input[]): Mapping {
  const changed = { ...mapping, [column]: target };
  if (target === "") return changed;
  const input = inputs.find((one) => one.name === target);
  const room = input ? most(input) : 1;
  const others = Object.keys(mapping).filter((name) => name !== column && mapping[name] === target);
  for (const name of others.slice(0, Math.max(0, others.length + 1 - room))) changed[name] = "";
  return changed;
}

/** What is said to the server: nothing where names say it already, else every column that matters. */
export function asMap(mapping: Mapping, columns: readonly string[], inputs: readonly Input[]): Record<string, string> {
  const names = byName(columns, inputs);
  if (columns.every((column) => (mapping[column] ?? "") === names[column])) return {};
  return Object.fromEntries(
    columns.filter((column) => mapping[column] || names[column]).map((column) => [column, mapping[column] ?? ""]),
  );
}

/** Required inputs that no column feeds. */
export const missing = (mapping: Mapping, inputs: readonly Input[]): string[] =>
  inputs.filter((one) => one.required && !Object.values(mapping).includes(one.name)).map((one) => one.name);
