import { useSyncExternalStore } from "react";
import { type EarlierTest, earlier, forget, keep } from "./earlier-tests";

const lists = new Map<string, EarlierTest[]>();
const listeners = new Set<() => void>();

function list(agent: string): EarlierTest[] {
  let found = lists.get(agent);
  if (!found) {
    found = earlier(agent);
    lists.set(agent, found);
  }
  return found;
}

function put(agent: string, tests: EarlierTest[]): void {
  lists.set(agent, tests);
  for (const one of listeners) one();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The earlier tests of an agent in this browser, the newest first. */
export const useTests = (agent: string): EarlierTest[] => useSyncExternalStore(subscribe, () => list(agent));
export const useLastTest = (agent: string): EarlierTest | null => useTests(agent)[0] ?? null;

export const keepTest = (agent: string, test: EarlierTest): void => put(agent, keep(agent, test));
export const forgetTests = (agent: string): void => put(agent, forget(agent));
