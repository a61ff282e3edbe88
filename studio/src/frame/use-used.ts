import { useEffect, useSyncExternalStore } from "react";
import { useSession } from "./session";
import { noted, read, type Used } from "./used";

/** Several people may share a browser: each has a list of their own. */
const nameOf = (person: string) => `pressrun.used.${person}`;

const listeners = new Set<() => void>();
const kept = { person: "", text: "", list: [] as readonly Used[] };

function load(person: string): readonly Used[] {
  const text = person ? (localStorage.getItem(nameOf(person)) ?? "") : "";
  if (kept.person !== person || kept.text !== text) Object.assign(kept, { person, text, list: read(text || null) });
  return kept.list;
}

function keep(person: string, list: readonly Used[]) {
  try {
    localStorage.setItem(nameOf(person), JSON.stringify(list));
  } catch {
    return; // full, or switched off: the newest agents are shown
  }
  for (const one of listeners) one();
}

/** The agents that who is signed in has opened in this browser, the last one first. */
export function useUsed(): readonly Used[] {
  const person = useSession().data?.id ?? "";
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => load(person),
  );
}

/** Note that an agent is being used; null while it is not known which. */
export function useNoting(agent: { id: string; name: string; deployed_version: number | null } | undefined) {
  const person = useSession().data?.id ?? "";
  const [id, name, version] = [agent?.id, agent?.name, agent?.deployed_version ?? null];
  useEffect(() => {
    if (person && id !== undefined && name !== undefined) keep(person, noted(load(person), { id, name, version }));
  }, [person, id, name, version]);
}

/** An agent that is not there any more is not offered either. */
export function forgetUsed(id: string) {
  if (kept.person) {
    keep(
      kept.person,
      kept.list.filter((one) => one.id !== id),
    );
  }
}
