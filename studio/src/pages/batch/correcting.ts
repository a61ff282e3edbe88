import { HEADERS, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Source } from "../run/source";

export type Version = "same" | "newest";

const STATES = new Set(["failed", "cancelled", "invalid"]);

/** Whether other values may be given to a row: it came to nothing, and nothing is under way. */
export const isCorrectable = (row: { state: string }, batch: { retrying: boolean }) =>
  STATES.has(row.state) && !batch.retrying;

/** What the column with the rows' numbers is called among columns of the file's own. */
export const numberColumn = (columns: readonly string[]): string =>
  columns.some((one) => one.toLowerCase() === "row") ? "row (result)" : "row";

/** A cell as it can be typed: texts as they are, everything else as JSON. */
export const typed = (cell: unknown): string =>
  typeof cell === "string" ? cell : cell === null || cell === undefined ? "" : JSON.stringify(cell);

/** What was typed as a cell: what was no text before stays none, as far as it is JSON. */
export function cellOf(text: string, before: unknown): unknown {
  if (typeof before === "string" || before === undefined) return text;
  if (before === null) return text === "" ? null : text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The row with the cells that were changed, as the API takes it. */
export function correction(
  row: number,
  columns: readonly string[],
  cells: Record<string, unknown>,
  texts: Record<string, string>,
): Record<string, unknown> {
  const changed = columns.flatMap((name) => {
    const text = texts[name];
    return text === undefined || text === typed(cells[name]) ? [] : [[name, cellOf(text, cells[name])] as const];
  });
  return { [numberColumn(columns)]: row, ...Object.fromEntries(changed) };
}

/** Send a file of corrected rows; all of it is refused if one of them cannot be run. */
export async function sendCorrections(
  batchId: string,
  source: Source,
  version: Version,
  key: string,
): Promise<Schemas["BatchShape"]> {
  let response: Response;
  try {
    response = await fetch(`/v1/batches/${encodeURIComponent(batchId)}/rows?version=${version}`, {
      method: "POST",
      body: source.content,
      credentials: "same-origin",
      headers: { ...HEADERS, "Content-Type": source.type, "Idempotency-Key": key },
    });
  } catch {
    throw Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  return response.json();
}
