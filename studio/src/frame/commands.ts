/** What the command menu offers for the page that is open. */

export type Command = { label: string } & ({ to: string } | { copy: string });

const PLACES = /^\/(agents|batches|jobs)\/([0-9a-f-]{36})(?:\/run)?$/;
const NOUNS = { agents: "agent", batches: "batch", jobs: "job" } as const;

/** Copy the id of what is shown; run what can be run; retry what can be retried. */
export function commandsOf(pathname: string): Command[] {
  const found = PLACES.exec(pathname);
  if (!found) return [];
  const [, place, id] = found as unknown as [string, keyof typeof NOUNS, string];
  const copy = { label: `Copy the ${NOUNS[place]}’s id`, copy: id };
  if (place === "agents") return [{ label: "Run this agent", to: `/agents/${id}/run` }, copy];
  if (place === "batches") return [{ label: "Retry failed rows", to: `/batches/${id}?ask=retry` }, copy];
  return [copy];
}
