/** The draft under the hands of its author: one history of undo for everything, typing in one place taken together. */
import type { AgentInput, AgentPrompt, Draft, Keyed } from "./definition";
import { renamed } from "./references";
import { known } from "./validate";

export type History = { past: Draft[]; present: Draft; future: Draft[]; last: { place: string; at: number } | null };

export type Action =
  /** `place` names the field: changes of one field that follow each other closely are undone together. */
  | { type: "change"; draft: Draft | ((present: Draft) => Draft); place?: string; at?: number }
  | { type: "undo" }
  | { type: "redo" }
  /** Somebody else's draft in the place of this one: nothing before it can be undone to. */
  | { type: "reset"; draft: Draft };

const TOGETHER_MS = 1_000;
const DEPTH = 200;

export const begin = (draft: Draft): History => ({ past: [], present: draft, future: [], last: null });

export function edit(history: History, action: Action): History {
  const { past, present, future } = history;
  switch (action.type) {
    case "reset":
      return begin(action.draft);
    case "undo": {
      const before = past.at(-1);
      return before ? { past: past.slice(0, -1), present: before, future: [present, ...future], last: null } : history;
    }
    case "redo": {
      const after = future[0];
      return after ? { past: [...past, present], present: after, future: future.slice(1), last: null } : history;
    }
    case "change":
      return changed(
        history,
        typeof action.draft === "function" ? action.draft(present) : action.draft,
        action.place,
        action.at ?? 0,
      );
  }
}

function changed(history: History, draft: Draft, place: string | undefined, at: number): History {
  const { past, present, last } = history;
  if (draft === present) return history;
  const together = place !== undefined && last?.place === place && at - last.at <= TOGETHER_MS;
  return {
    past: together ? past : [...past, present].slice(-DEPTH),
    present: draft,
    future: [],
    last: place === undefined ? null : { place, at },
  };
}

export const withInput = (draft: Draft, key: string, change: Partial<AgentInput>): Draft => ({
  ...draft,
  inputs: draft.inputs.map((one) => (one.key === key ? { ...one, ...change } : one)),
});

export const withPrompt = (draft: Draft, key: string, change: Partial<AgentPrompt>): Draft => ({
  ...draft,
  prompts: draft.prompts.map((one) => (one.key === key ? { ...one, ...change } : one)),
});

/** Another name for an input or prompt; everything that refers to it follows. */
export function rename(draft: Draft, key: string, to: string): Draft {
  const one = [...draft.inputs, ...draft.prompts].find((item) => item.key === key);
  if (!one || one.name === to) return draft;
  const all = known(draft);
  const follow = (text: string) => renamed(text, all, one.name, to);
  const named = <T extends { key: string; name: string }>(item: T): T =>
    item.key === key ? { ...item, name: to } : item;
  return {
    ...draft,
    inputs: draft.inputs.map(named),
    prompts: draft.prompts.map((prompt) => ({
      ...named(prompt),
      prompt: follow(prompt.prompt),
      ...(prompt.system ? { system: follow(prompt.system) } : {}),
    })),
    output: draft.output.template ? { ...draft.output, template: follow(draft.output.template) } : draft.output,
  };
}

/** Another type: what only the old one knew is left out. */
export function retyped(input: Keyed<AgentInput>, fresh: Keyed<AgentInput>): Keyed<AgentInput> {
  const { name, key, required, description } = input;
  return { ...fresh, name, key, ...(required === undefined ? {} : { required }), description: description ?? null };
}

/** The list with the item at `from` moved to `to`. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const all = [...items];
  const [item] = all.splice(from, 1);
  if (item !== undefined) all.splice(to, 0, item);
  return all;
}
