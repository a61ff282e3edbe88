import type { Schemas } from "@/api/client";
import type { Fault } from "@/api/problem";
import type { FileLimits } from "@/files/limits";
import { type Input, most } from "./mapping";

/** What is filled in, by input: one text, or several. */
export type Values = Record<string, string[]>;

export const emptyValues = (inputs: readonly Input[]): Values =>
  Object.fromEntries(inputs.map((one) => [one.name, [""]]));

/** The values of an earlier job, as far as the agent still asks for them. */
export function valuesOf(inputs: readonly Input[], given: readonly Schemas["InputValue"][]): Values {
  const earlier = new Map(given.map((one) => [one.id, one.value]));
  return Object.fromEntries(
    inputs.map((one) => {
      const found = earlier.get(one.name)?.slice(0, room(one)) ?? [];
      return [one.name, found.length > 0 ? [...found] : [""]];
    }),
  );
}

/** What is sent: inputs that are left empty are left out. */
export function inputsOf(inputs: readonly Input[], values: Values): Schemas["InputValue"][] {
  return inputs.flatMap((one) => {
    const filled = (values[one.name] ?? []).filter((text) => text.trim() !== "");
    return filled.length > 0 ? [{ id: one.name, value: filled }] : [];
  });
}

/** What is wrong with each input, and what is wrong besides. */
export function faultsByInput(faults: readonly Fault[]): { of: Record<string, string>; others: string[] } {
  const of: Record<string, string> = {};
  const others: string[] = [];
  for (const { text, extras } of faults) {
    if (typeof extras.input === "string") of[extras.input] = of[extras.input] ? `${of[extras.input]} ${text}` : text;
    else others.push(text);
  }
  return { of, others };
}

/** What is wrong with each input before anything is sent: what is required and empty. */
export function lacking(inputs: readonly Input[], values: Values): Record<string, string> {
  const given = new Set(inputsOf(inputs, values).map((one) => one.id));
  return Object.fromEntries(
    inputs
      .filter((one) => one.required && !given.has(one.name))
      .map((one) => [one.name, isFile(one) ? "Choose a file: the agent needs it." : NEEDED]),
  );
}
const NEEDED = "Fill this in: the agent needs it.";

/** How many values an input may have in one run. */
export const room = (input: Input): number =>
  input.input_type === "file" ? numberOf(input.options.max_files, 1) : most(input);

const numberOf = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);

/** What files an input takes. */
export function limitsOf(input: Input): FileLimits {
  const { options } = input;
  const largest = input.input_type === "media" ? options.max_image_size_mb : options.max_file_size_mb;
  return {
    types: Array.isArray(options.file_types) ? (options.file_types as string[]) : [],
    most: room(input),
    largestMb: typeof largest === "number" ? largest : null,
    urls: Array.isArray(options.upload_types) && (options.upload_types as string[]).includes("url"),
  };
}

/** Whether it is asked for files. */
export const isFile = (input: Input): boolean => input.input_type === "file" || input.input_type === "media";

export const choicesOf = (input: Input): string[] =>
  Array.isArray(input.options.list) ? (input.options.list as string[]) : [];
