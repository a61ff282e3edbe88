/** What is different between two definitions of an agent, and which callers that would break. */
import { diffWordsWithSpace } from "diff";
import type { AgentInput, AgentPrompt, Definition } from "./definition";
import { DEFAULT_TITLE, DEFAULTS, stable } from "./definition";

export type Piece = { text: string; kind: "same" | "added" | "removed" };
export type Change = {
  kind: "added" | "removed" | "changed";
  /** What it is about: "Input Tone", "Prompt Lead", "Output", "Settings". */
  what: string;
  /** What changed in it, in words. */
  details: string[];
  /** Texts word by word, with what they are. */
  texts: { label: string; pieces: Piece[] }[];
  /** Why requests that work today would be refused; none when they go on working. */
  breaks: string[];
};

export function changes(before: Definition, after: Definition): Change[] {
  return [
    ...about(before, after),
    ...inputChanges(before.inputs ?? [], after.inputs ?? []),
    ...promptChanges(before.prompts, after.prompts),
    ...outputChange(before, after),
    ...graphsChange(before.graphs ?? [], after.graphs ?? []),
    ...settingsChange(before, after),
  ];
}

export const breaking = (all: readonly Change[]): string[] => all.flatMap((one) => one.breaks);

/** Two texts, word by word. */
export function words(before: string, after: string): Piece[] {
  return diffWordsWithSpace(before, after).map((one) => ({
    text: one.value,
    kind: one.added ? "added" : one.removed ? "removed" : "same",
  }));
}

const change = (kind: Change["kind"], what: string, more: Partial<Change> = {}): Change => ({
  kind,
  what,
  details: [],
  texts: [],
  breaks: [],
  ...more,
});

const quoted = (value: unknown): string =>
  value === undefined || value === null || value === ""
    ? "none"
    : typeof value === "string"
      ? `“${value}”`
      : String(value);

function told(label: string, before: unknown, after: unknown): string[] {
  return stable(before ?? null) === stable(after ?? null) ? [] : [`${label}: ${quoted(before)} → ${quoted(after)}`];
}

function about(before: Definition, after: Definition): Change[] {
  const details = [...told("name", before.name, after.name), ...told("alias", before.alias, after.alias)];
  const breaks =
    before.alias && before.alias !== after.alias ? [`Callers that name the agent “${before.alias}” find none.`] : [];
  const texts =
    (before.description ?? "") === (after.description ?? "")
      ? []
      : [{ label: "description", pieces: words(before.description ?? "", after.description ?? "") }];
  return details.length + texts.length ? [change("changed", "Agent", { details, texts, breaks })] : [];
}

function inputChanges(before: readonly AgentInput[], after: readonly AgentInput[]): Change[] {
  const old = new Map(before.map((one) => [one.name, one]));
  const fresh = new Map(after.map((one) => [one.name, one]));
  return [
    ...before
      .filter((one) => !fresh.has(one.name))
      .map((one) =>
        change("removed", `Input ${one.name}`, { breaks: [`Callers that send “${one.name}” are refused.`] }),
      ),
    ...after.flatMap((one) => {
      const was = old.get(one.name);
      if (was) return inputChange(was, one);
      const breaks =
        (one.required ?? true) ? [`Callers that do not send “${one.name}” are refused: it is required.`] : [];
      return [change("added", `Input ${one.name}`, { details: [one.type], breaks })];
    }),
    ...reordered("Inputs", before, after),
  ];
}

const BY_ID = ["file_id"];

function inputChange(before: AgentInput, after: AgentInput): Change[] {
  const { name } = after;
  const details = [
    ...told("type", before.type, after.type),
    ...told("required", before.required ?? true, after.required ?? true),
    ...told("fewest values", before.min_fields ?? 1, after.min_fields ?? 1),
    ...told("most values", before.max_fields ?? 1, after.max_fields ?? 1),
    ...told("description", before.description, after.description),
    ...listed("options", before.options, after.options),
    ...listed("file types", before.file_types, after.file_types),
    ...told("most files", before.max_files, after.max_files),
    ...told("most words", before.max_word_count, after.max_word_count),
    ...told("largest file in MB", before.max_file_size_mb, after.max_file_size_mb),
    ...told("largest image in MB", before.max_image_size_mb, after.max_image_size_mb),
    ...listed("given as", before.upload_types ?? BY_ID, after.upload_types ?? BY_ID),
  ];
  return details.length ? [change("changed", `Input ${name}`, { details, breaks: inputBreaks(before, after) })] : [];
}

function inputBreaks(before: AgentInput, after: AgentInput): string[] {
  const name = `“${after.name}”`;
  if (before.type !== after.type) return [`Callers send ${name} as ${before.type}; it is ${after.type} now.`];
  const all: string[] = [];
  if (!(before.required ?? true) && (after.required ?? true))
    all.push(`Callers that leave ${name} out are refused: it is required now.`);
  const gone = (before.options ?? []).filter((one) => !after.options?.includes(one));
  if (gone.length > 0) all.push(`Callers that choose ${gone.map(quoted).join(", ")} in ${name} are refused.`);
  if ((after.max_fields ?? 1) < (before.max_fields ?? 1))
    all.push(`Callers that send more than ${after.max_fields ?? 1} values in ${name} are refused.`);
  if ((after.min_fields ?? 1) > (before.min_fields ?? 1))
    all.push(`Callers that send fewer than ${after.min_fields ?? 1} values in ${name} are refused.`);
  return all;
}

function listed(label: string, before: readonly string[] = [], after: readonly string[] = []): string[] {
  const gone = before.filter((one) => !after.includes(one));
  const fresh = after.filter((one) => !before.includes(one));
  if (gone.length + fresh.length === 0) return stable(before) === stable(after) ? [] : [`${label}: another order`];
  const parts = [
    gone.length ? `without ${gone.map(quoted).join(", ")}` : "",
    fresh.length ? `with ${fresh.map(quoted).join(", ")}` : "",
  ];
  return [`${label}: ${parts.filter(Boolean).join(", ")}`];
}

function promptChanges(before: readonly AgentPrompt[], after: readonly AgentPrompt[]): Change[] {
  const old = new Map(before.map((one) => [one.name, one]));
  const fresh = new Set(after.map((one) => one.name));
  return [
    ...before
      .filter((one) => !fresh.has(one.name))
      .map((one) => change("removed", `Prompt ${one.name}`, { texts: textOf(one.prompt, "") })),
    ...after.flatMap((one) => {
      const was = old.get(one.name);
      return was
        ? promptChange(was, one)
        : [change("added", `Prompt ${one.name}`, { details: model(one), texts: textOf("", one.prompt) })];
    }),
    ...reordered("Prompts", before, after),
  ];
}

function graphsChange(before: readonly string[], after: readonly string[]): Change[] {
  const gone = before.filter((one) => !after.includes(one)).length;
  const fresh = after.filter((one) => !before.includes(one)).length;
  const several = (n: number) => (n === 1 ? "one graph" : `${n} graphs`);
  const details = [fresh ? `${several(fresh)} more` : "", gone ? `${several(gone)} less` : ""].filter(Boolean);
  return details.length > 0 ? [change("changed", "Knowledge", { details })] : [];
}

const textOf = (before: string, after: string, label = "prompt") => [{ label, pieces: words(before, after) }];
const models = (prompt: AgentPrompt) => (prompt.models?.length ? prompt.models.join(", then ") : prompt.model);
const model = (prompt: AgentPrompt) => (models(prompt) ? [`model: ${models(prompt)}`] : []);

function promptChange(before: AgentPrompt, after: AgentPrompt): Change[] {
  const details = [
    ...told("model", models(before) ?? "the default", models(after) ?? "the default"),
    ...told("temperature", before.temperature, after.temperature),
    ...told("max tokens", before.max_tokens, after.max_tokens),
    ...listed("stop", before.stop, after.stop),
    ...told("asked again when invalid", before.on_invalid?.retries ?? 2, after.on_invalid?.retries ?? 2),
  ];
  const schemas = [before.json_schema, after.json_schema].map((one) => (one ? JSON.stringify(one, null, 2) : ""));
  const texts = [
    ...(before.prompt === after.prompt ? [] : textOf(before.prompt, after.prompt)),
    ...((before.system ?? "") === (after.system ?? "")
      ? []
      : textOf(before.system ?? "", after.system ?? "", "system")),
    ...(schemas[0] === schemas[1] ? [] : textOf(schemas[0] ?? "", schemas[1] ?? "", "JSON schema")),
  ];
  return details.length + texts.length ? [change("changed", `Prompt ${after.name}`, { details, texts })] : [];
}

function reordered(what: string, before: readonly { name: string }[], after: readonly { name: string }[]): Change[] {
  const both = (one: readonly { name: string }[], other: readonly { name: string }[]) =>
    one.map(({ name }) => name).filter((name) => other.some((item) => item.name === name));
  const now = both(after, before);
  return stable(both(before, after)) === stable(now)
    ? []
    : [change("changed", what, { details: [`order: ${now.join(", ")}`] })];
}

function outputChange(before: Definition, after: Definition): Change[] {
  const details = told("title", before.output?.title ?? DEFAULT_TITLE, after.output?.title ?? DEFAULT_TITLE);
  const templates = [before.output?.template ?? "", after.output?.template ?? ""] as const;
  const texts = templates[0] === templates[1] ? [] : textOf(templates[0], templates[1], "template");
  return details.length + texts.length ? [change("changed", "Output", { details, texts })] : [];
}

function settingsChange(before: Definition, after: Definition): Change[] {
  const [was, is] = [
    { ...DEFAULTS, ...before.settings },
    { ...DEFAULTS, ...after.settings },
  ];
  const details = [
    ...told("joiner", JSON.stringify(was.joiner), JSON.stringify(is.joiner)),
    ...told("one result for each value", was.fan_out ?? false, is.fan_out ?? false),
    ...told("passages cited", was.inline_citations ?? false, is.inline_citations ?? false),
    ...told("jobs at once", was.concurrency, is.concurrency),
    ...told("deadline in seconds", was.deadline_s, is.deadline_s),
    ...told("attempts", was.max_attempts, is.max_attempts),
    ...told("when a worker is lost", was.on_worker_loss, is.on_worker_loss),
  ];
  return details.length ? [change("changed", "Settings", { details })] : [];
}
