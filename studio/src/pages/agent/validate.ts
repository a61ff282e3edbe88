/** What the server would refuse, found while it is written. The server has the last word: its faults are shown too. */
import type { AgentInput, AgentPrompt, Draft } from "./definition";
import { fold, found, nameIn, nearest, type Reference, type Unknown, unknown } from "./references";
import { schemaFault } from "./schema-fields";

/** One thing that keeps the draft from being saved, with the field as the API calls it. */
export type Issue = { field: string; text: string };

export function known(draft: Draft): Reference[] {
  return [
    ...draft.inputs.map(({ name }) => ({ kind: "input" as const, name })),
    ...draft.prompts.map(({ name }) => ({ kind: "prompt" as const, name })),
  ];
}

/** What a prompt may refer to: every input, and the prompts above it; the output template: everything. */
export function offered(draft: Draft, prompt: number = draft.prompts.length): Reference[] {
  return known(draft).filter(
    (one) => one.kind === "input" || draft.prompts.findIndex(({ name }) => name === one.name) < prompt,
  );
}

export function issues(draft: Draft): Issue[] {
  return [
    ...nameIssues("name", draft.name),
    ...aliasIssues(draft.alias ?? ""),
    ...draft.inputs.flatMap((one, at) => inputIssues(one, `inputs[${at}]`)),
    ...draft.prompts.flatMap((one, at) => promptIssues(one, `prompts[${at}]`)),
    ...twice(draft),
    ...draft.prompts.flatMap((one, at) => forward(draft, one, at)),
    ...nameIssues("output.title", draft.output.title ?? "Output"),
    ...settingsIssues(draft),
  ];
}

/** What is wrong with a name; null when it can be used. */
export function nameFault(name: string): string | null {
  if (name === "") return "Give it a name.";
  if (name.length > 255) return "A name has at most 255 characters.";
  if (!/[\p{L}\p{N}]/u.test(name)) return "A name holds at least one letter or digit.";
  if (name !== name.trim()) return "A name does not begin or end with a space.";
  if (/[@{}]/.test(name)) return "A name does not hold @, { or }: they mark references.";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return "A name stands on one line.";
  return null;
}

const nameIssues = (field: string, name: string): Issue[] => {
  const text = nameFault(name);
  return text ? [{ field, text }] : [];
};

function aliasIssues(alias: string): Issue[] {
  if (!alias || (/^[a-z0-9][a-z0-9_-]{0,99}$/.test(alias) && alias !== "jobs")) return [];
  return [{ field: "alias", text: "An alias is made of a-z, 0-9, - and _, and begins with a letter or digit." }];
}

function inputIssues(input: AgentInput, field: string): Issue[] {
  const all = nameIssues(`${field}.name`, input.name);
  const add = (part: string, text: string) => all.push({ field: `${field}.${part}`, text });
  if (input.type === "dropdown") {
    const options = input.options ?? [];
    if (options.length === 0) add("options", "A dropdown needs at least one option.");
    if (options.some((one) => !one.trim())) add("options", "An option must not be blank.");
    if (new Set(options).size < options.length) add("options", "An option stands in the list twice.");
  }
  if (input.type === "text" && (input.min_fields ?? 1) > (input.max_fields ?? 1))
    add("max_fields", "The most values cannot be fewer than the fewest.");
  for (const part of ["file_types"] as const)
    if (input[part]?.some((one) => !/^\.?[A-Za-z0-9][A-Za-z0-9.+-]{0,31}$/.test(one)))
      add(part, "Write file types as extensions, such as pdf.");
  return all;
}

function promptIssues(prompt: AgentPrompt, field: string): Issue[] {
  const all = nameIssues(`${field}.name`, prompt.name);
  if (!prompt.prompt) all.push({ field: `${field}.prompt`, text: `Write what “${prompt.name}” asks the model.` });
  const temperature = prompt.temperature ?? 0;
  if (!(temperature >= 0 && temperature <= 2))
    all.push({ field: `${field}.temperature`, text: "The temperature is between 0 and 2." });
  const models = prompt.models ?? [];
  if (new Set(models).size < models.length)
    all.push({ field: `${field}.models`, text: "A model stands in the list twice." });
  if (prompt.json_schema) {
    const text = schemaFault(prompt.json_schema);
    if (text) all.push({ field: `${field}.json_schema`, text });
  }
  return all;
}

function twice(draft: Draft): Issue[] {
  const seen = new Map<string, string>();
  const all: Issue[] = [];
  const named = [
    ...draft.inputs.map(({ name }, at) => [`inputs[${at}].name`, name, "an input"] as const),
    ...draft.prompts.map(({ name }, at) => [`prompts[${at}].name`, name, "a prompt"] as const),
  ];
  for (const [field, name, what] of named) {
    const first = seen.get(fold(name));
    if (first) all.push({ field, text: `${first} is called “${name}” already. Case, spaces and _ do not count.` });
    else seen.set(fold(name), what[0]?.toUpperCase() + what.slice(1));
  }
  return all;
}

function forward(draft: Draft, prompt: AgentPrompt, at: number): Issue[] {
  const places = new Map(draft.prompts.map(({ name }, place) => [name, place]));
  return (["system", "prompt"] as const).flatMap((part) => {
    const named = found(prompt[part] ?? "", known(draft)).filter((one) => one.reference.kind === "prompt");
    return [...new Set(named.map((one) => one.reference.name))]
      .filter((name) => (places.get(name) ?? 0) >= at)
      .map((name) => ({ field: `prompts[${at}].${part}`, text: tooEarly(name, places.get(name) === at) }));
  });
}

const tooEarly = (name: string, own: boolean) =>
  own
    ? `It refers to its own result: remove @${name}.`
    : `It refers to “${name}”, which comes later: move “${name}” above this prompt.`;

function settingsIssues(draft: Draft): Issue[] {
  const several = draft.inputs.filter((one) => one.type === "text" && (one.max_fields ?? 1) > 1);
  if (!draft.settings.fan_out || several.length === 1) return [];
  const text = `One result for each value needs exactly one text input that takes several values; there are ${several.length}.`;
  return [{ field: "settings.fan_out", text }];
}

/** A reference that names nothing, and what was probably meant. It runs as it is: a warning. */
export type Stray = Unknown & { name: string; meant: string | null };

export function strays(text: string, all: readonly Reference[], names: readonly Reference[]): Stray[] {
  return unknown(text, all).map((one) => {
    const name = nameIn(one.text);
    const meant = nearest(
      name,
      names.map((known) => known.name),
    );
    return { ...one, name, meant };
  });
}

/** The text with every stray spelled like this one replaced. */
export function mended(text: string, all: readonly Stray[], spelled: string, insert: string): string {
  let changed = text;
  for (const one of all.filter((stray) => stray.text === spelled).reverse())
    changed = changed.slice(0, one.start) + insert + changed.slice(one.end);
  return changed;
}

/** Inputs and results of prompts that nothing refers to. */
export function unused(draft: Draft): Reference[] {
  const all = known(draft);
  const last = draft.prompts.at(-1)?.name;
  const texts = draft.prompts.flatMap((one) => [one.system ?? "", one.prompt]);
  const used = new Set(
    [...texts, draft.output.template ?? ""].flatMap((text) => found(text, all).map((one) => one.reference.name)),
  );
  if (!draft.output.template && last !== undefined) used.add(last);
  return all.filter((one) => !used.has(one.name));
}
