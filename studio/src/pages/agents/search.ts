import type { Application, Done } from "./remote";

/** The agents whose name, alias or id holds every word. */
export function matching<T extends Pick<Application, "name" | "alias" | "id">>(
  agents: readonly T[],
  asked: string,
): T[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  return agents.filter((one) => {
    const told = `${one.name} ${one.alias ?? ""} ${one.id}`.toLowerCase();
    return words.every((word) => told.includes(word));
  });
}

/** The share of runs that came to a result; null when nothing ran. */
export const successRate = (done: Done | undefined): number | null =>
  done && done.runs > 0 ? (done.runs - done.failed) / done.runs : null;
