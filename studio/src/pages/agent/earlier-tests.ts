/** Earlier tests of an agent, kept in this browser: the newest first, as many as fit. */
import type { Result } from "./draft-run";

export type EarlierTest = {
  id: string;
  at: string;
  inputs: Record<string, string[]>;
  title: string;
  text: string;
  prompts: { prompt: string; model: string | null; output: string }[];
  tokens: number;
  cost: number | null;
  duration_ms: number;
};

const KEPT = 20;
const LONGEST = 20_000;
type Shelf = Pick<Storage, "getItem" | "setItem">;

const name = (agent: string) => `pressrun.tests.${agent}`;
const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

export function earlier(agent: string, shelf: Shelf = localStorage): EarlierTest[] {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(name(agent)) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** The tests with one more, kept; what the browser has no room for is forgotten, the oldest first. */
export function keep(agent: string, test: EarlierTest, shelf: Shelf = localStorage): EarlierTest[] {
  let all = [test, ...earlier(agent, shelf).filter((one) => one.id !== test.id)].slice(0, KEPT);
  for (; all.length > 0; all = all.slice(0, -1)) {
    try {
      shelf.setItem(name(agent), JSON.stringify(all));
      return all;
    } catch {
      // full, or switched off
    }
  }
  return [test];
}

export function forget(agent: string, shelf: Shelf = localStorage): EarlierTest[] {
  try {
    shelf.setItem(name(agent), "[]");
  } catch {
    // there is nothing to forget
  }
  return [];
}

export function earlierTest(result: Result, values: ReadonlyMap<string, readonly string[]>, now: Date): EarlierTest {
  return {
    id: `${now.getTime()}`,
    at: now.toISOString(),
    inputs: Object.fromEntries([...values].map(([input, texts]) => [input, texts.map(cut)])),
    title: result.title,
    text: cut(result.suggestion),
    prompts: result.prompts.map((one) => ({ prompt: one.prompt, model: one.model, output: cut(one.output ?? "") })),
    tokens: result.usage.total_tokens,
    cost: result.cost,
    duration_ms: result.duration_ms,
  };
}
