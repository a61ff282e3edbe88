import { HEADERS } from "@/api/client";
import { save } from "@/api/download";
import { Problem } from "@/api/problem";
import type { Source } from "./source";

/** Save a table of every row that cannot be run, however many: the server reads the rows once more for it. */
export async function allBadRows(agentId: string, source: Source, query: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/v1/applications/${encodeURIComponent(agentId)}/batches/bad-rows?${query}`, {
      method: "POST",
      body: source.content,
      credentials: "same-origin",
      headers: { ...HEADERS, "Content-Type": source.type },
    });
  } catch {
    throw Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  save(await response.blob(), "bad-rows.csv");
}
