/** Which agents were used last: those opened in this browser, and the newest ones in the places that are left. */

export type Used = { id: string; name: string; version: number | null };

export const SHOWN = 8;

/** The list after an agent was used: it comes first, once, with what is known of it now. */
export const noted = (used: readonly Used[], agent: Used): Used[] =>
  [agent, ...used.filter((one) => one.id !== agent.id)].slice(0, SHOWN);

/** What is shown: the agents used last, as they are called now where that is known, then the newest others. */
export function usedLast(used: readonly Used[], newest: readonly Used[]): Used[] {
  const known = new Map(newest.map((one) => [one.id, one]));
  const first = used.map((one) => known.get(one.id) ?? one);
  const others = newest.filter((one) => !used.some((was) => was.id === one.id));
  return [...first, ...others].slice(0, SHOWN);
}

/** What a browser kept; nothing where that cannot be read. */
export function read(text: string | null): Used[] {
  try {
    const told: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(told) ? told.filter(isUsed).slice(0, SHOWN) : [];
  } catch {
    return [];
  }
}

function isUsed(value: unknown): value is Used {
  const { id, name, version } = (value ?? {}) as Partial<Used>;
  return typeof id === "string" && typeof name === "string" && (version === null || typeof version === "number");
}
