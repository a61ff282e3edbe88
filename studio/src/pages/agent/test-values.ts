/** What a test gives the inputs, checked before the server is asked: in the words of a form, not of the API. */
import type { AgentInput } from "./definition";

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
  if (input.type === "file" || input.type === "media") return null;
  if (texts.length === 0) {
    if (!(input.required ?? true)) return null;
    return input.type === "dropdown" ? "Choose one." : "Fill this in.";
  }
  if (input.type === "dropdown")
    return input.options?.includes(texts[0] ?? "") ? null : `“${texts[0]}” is not among the options: choose another.`;
  const least = input.min_fields ?? 1;
  const most = input.max_fields ?? 1;
  if (texts.length < least) return `Give at least ${least} values.`;
  return texts.length > most ? `Give at most ${most === 1 ? "one value" : `${most} values`}.` : null;
}
