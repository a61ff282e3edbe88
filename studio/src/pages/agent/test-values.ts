/** What a test gives the inputs, checked before the server is asked: in the words of a form, not of the API. */
import type { FileLimits } from "@/files/limits";
import { type AgentInput, DEFAULT_FILE_TYPES, DEFAULT_IMAGE_TYPES } from "./definition";

type Given = ReadonlyMap<string, readonly string[]>;

/** The values of the inputs there are, without blank ones. */
export function given(inputs: readonly AgentInput[], values: Given): Map<string, string[]> {
  const told = inputs.map((one): [string, string[]] => [
    one.name,
    (values.get(one.name) ?? []).filter((text) => text.trim()),
  ]);
  return new Map(told.filter(([, texts]) => texts.length > 0));
}

/** What is missing or too much, by input. */
export function faultsOf(inputs: readonly AgentInput[], values: Given): Map<string, string> {
  const told = given(inputs, values);
  const faults = new Map<string, string>();
  for (const one of inputs) {
    const text = faultOf(one, told.get(one.name) ?? []);
    if (text) faults.set(one.name, text);
  }
  return faults;
}

function faultOf(input: AgentInput, texts: readonly string[]): string | null {
  if (texts.length === 0) {
    if (!(input.required ?? true)) return null;
    if (isFile(input)) return "Choose a file.";
    return input.type === "dropdown" ? "Choose one." : "Fill this in.";
  }
  if (input.type === "dropdown")
    return input.options?.includes(texts[0] ?? "") ? null : `“${texts[0]}” is not among the options: choose another.`;
  if (isFile(input)) {
    const most = limitsOf(input).most;
    return texts.length > most ? `Give at most ${most === 1 ? "one file" : `${most} files`}.` : null;
  }
  const least = input.min_fields ?? 1;
  const most = input.max_fields ?? 1;
  if (texts.length < least) return `Give at least ${least} values.`;
  return texts.length > most ? `Give at most ${most === 1 ? "one value" : `${most} values`}.` : null;
}

const isFile = (input: AgentInput) => input.type === "file" || input.type === "media";

/** What files an input takes. */
export function limitsOf(input: AgentInput): FileLimits {
  if (input.type === "media")
    return {
      types: input.file_types ?? DEFAULT_IMAGE_TYPES,
      most: 1,
      largestMb: input.max_image_size_mb ?? 10,
      urls: false,
    };
  return {
    types: input.file_types ?? DEFAULT_FILE_TYPES,
    most: input.max_files ?? 1,
    largestMb: input.max_file_size_mb ?? 25,
    urls: input.upload_types?.includes("url") ?? false,
  };
}
