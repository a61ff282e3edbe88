/**
 * A definition as the editor holds it: every input and prompt has a `key` of its own, so that lists keep their places while
 * names change. What the API takes and gives has none, and leaves defaults out.
 */

import type { Schemas } from "@/api/client";

export type InputType = "text" | "dropdown" | "file" | "media";

export type AgentInput = {
  name: string;
  type: InputType;
  required?: boolean;
  description?: string | null;
  min_fields?: number;
  max_fields?: number;
  options?: string[];
  max_files?: number;
  file_types?: string[];
  max_word_count?: number;
  max_file_size_mb?: number;
  upload_types?: ("url" | "file_id")[];
  max_image_size_mb?: number;
};

export type JsonSchema = Record<string, unknown>;

export type AgentPrompt = Schemas["Prompt"];
export type AgentOutput = Schemas["Output"];
export type AgentSettings = Schemas["Settings"];

/** As the API has it, but that an input being edited may have the limits of any type. */
export type Definition = Omit<Schemas["AgentDefinition"], "inputs" | "graphs"> & {
  inputs?: AgentInput[];
  /** Ids of what it writes from. */
  graphs?: string[];
};

export type Keyed<T> = T & { key: string };

export type Draft = Omit<Definition, "inputs" | "prompts" | "output" | "settings"> & {
  inputs: Keyed<AgentInput>[];
  prompts: Keyed<AgentPrompt>[];
  output: AgentOutput;
  settings: AgentSettings;
};

export const DEFAULT_TITLE = "Output";
export const DEFAULT_FILE_TYPES = ["txt", "md", "csv", "html", "pdf", "docx", "pptx", "xlsx"];
export const DEFAULT_IMAGE_TYPES = ["png", "jpg", "jpeg", "webp", "gif"];
export const DEFAULTS = { joiner: "\n", deadline_s: 86_400, max_attempts: 5, on_worker_loss: "retry" } as const;

let made = 0;

/** A key no other input or prompt of this page has. */
export const newKey = (): string => `k${++made}`;

export function toDraft(definition: Definition): Draft {
  return {
    ...definition,
    inputs: (definition.inputs ?? []).map((one) => ({ ...one, key: newKey() })),
    prompts: definition.prompts.map((one) => ({ ...one, key: newKey() })),
    output: { ...definition.output },
    settings: { ...definition.settings },
  };
}

/** As the API takes it: without keys, and without what says nothing. */
export function toDefinition(draft: Draft): Definition {
  const plain = {
    ...draft,
    inputs: draft.inputs.map(withoutKey),
    prompts: draft.prompts.map(withoutKey),
  };
  return told(plain) as Definition;
}

function withoutKey<T extends { key: string }>({ key: _, ...rest }: T): Omit<T, "key"> {
  return rest;
}

/** The value without nulls, undefined and empty optional texts, objects and lists; `prompt`, `name` and options stay. */
function told(value: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    if (inner === null || inner === undefined) continue;
    if (field === "json_schema" || field === "options" || Array.isArray(inner)) {
      if (!Array.isArray(inner)) kept[field] = inner;
      else if (inner.length > 0 || field === "options") kept[field] = inner.map(toldItem);
    } else if (typeof inner === "object") {
      const part = told(inner as Record<string, unknown>);
      if (Object.keys(part).length > 0) kept[field] = part;
    } else if (inner !== "" || NEEDED.has(field)) {
      kept[field] = inner;
    }
  }
  return kept;
}

const NEEDED = new Set(["name", "prompt", "joiner"]);

const toldItem = (item: unknown): unknown =>
  item !== null && typeof item === "object" && !Array.isArray(item) ? told(item as Record<string, unknown>) : item;

/** Whether two definitions say the same, whatever order their fields stand in. */
export const same = (a: Definition, b: Definition): boolean => stable(a) === stable(b);

export function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A fresh input of a type, called something no other is called. */
export function newInput(type: InputType, taken: readonly string[]): Keyed<AgentInput> {
  const word = { text: "Text", dropdown: "Choice", file: "File", media: "Image" }[type];
  const options = type === "dropdown" ? { options: ["first", "second"] } : {};
  return { key: newKey(), name: unused(word, taken), type, ...options };
}

export function newPrompt(taken: readonly string[]): Keyed<AgentPrompt> {
  return { key: newKey(), name: unused("Prompt", taken), prompt: "" };
}

/** `word`, or `word 2`, `word 3` …, whichever is not taken. */
export function unused(word: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((one) => one.toLowerCase().replaceAll(/[ _]/g, "")));
  for (let number = 1; ; number++) {
    const name = number === 1 ? word : `${word} ${number}`;
    if (!lower.has(name.toLowerCase().replaceAll(" ", ""))) return name;
  }
}
