/** What the studio asks of the API about graphs. */

import { HEADERS } from "@/api/client";
import { events } from "@/api/events";
import { Problem } from "@/api/problem";
import type { StoredFile } from "@/files/remote";

export type WebPage = {
  url: string;
  type: "single_page" | "sub_pages";
  exclude_urls?: string[] | null;
  status?: { status: "validating" | "success" | "error"; error_type?: string | null };
};

export type Graph = {
  id: string;
  created_at: string;
  name: string;
  description?: string | null;
  type: "manual" | "web" | "connector";
  file_status: { in_progress: number; completed: number; failed: number; total: number };
  urls?: WebPage[] | null;
  passages?: number;
  search?: "hybrid" | "text";
};

export type GraphPage = { data: Graph[]; has_more: boolean; last_id: string | null };

/** A request of the studio's own; throws a Problem. */
async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: "same-origin",
      headers: { ...HEADERS, ...(init.body ? { "Content-Type": "application/json" } : {}) },
    });
  } catch {
    throw Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  return response.json() as Promise<T>;
}

const at = (id: string) => `/v1/graphs/${encodeURIComponent(id)}`;
const sending = (method: string, body: unknown): RequestInit => ({ method, body: JSON.stringify(body) });
const PAGE = 100;

/** Every graph, the newest first. */
export async function listGraphs(): Promise<Graph[]> {
  const all: Graph[] = [];
  for (let after: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(after ? { after } : {}) });
    const page: GraphPage = await ask(`/v1/graphs?${query}`);
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
    after = page.data.at(-1)?.id ?? null;
  }
}

export const findGraph = (id: string): Promise<Graph> => ask(at(id));
export const createGraph = (body: { name: string; description?: string }): Promise<Graph> =>
  ask("/v1/graphs", sending("POST", body));
export const changeGraph = (
  id: string,
  body: { name?: string; description?: string; urls?: Omit<WebPage, "status">[] },
): Promise<Graph> => ask(at(id), sending("PUT", body));
export const deleteGraph = (id: string): Promise<unknown> => ask(at(id), { method: "DELETE" });
export const addFile = (graph: string, file: string): Promise<StoredFile> =>
  ask(`${at(graph)}/file`, sending("POST", { file_id: file }));
export const removeFile = (graph: string, file: string): Promise<unknown> =>
  ask(`${at(graph)}/file/${encodeURIComponent(file)}`, { method: "DELETE" });

export type Found = {
  file_id: string;
  file_name: string;
  page: number | null;
  start: number;
  text: string;
  score: number;
  url: string | null;
};

/** The passages that a question would be answered from, without a model. */
export const search = (graph: string, query: string): Promise<{ data: Found[]; search: "hybrid" | "text" }> =>
  ask("/v1/graphs/search", sending("POST", { graph_ids: [graph], query, limit: 20 }));

export type Reference = {
  text: string;
  fileId: string;
  score: number;
  page?: number | null;
  cite?: string | null;
  file_name?: string;
  start?: number;
  url?: string | null;
};

export type Question = {
  question: string;
  answer: string;
  sources: ({ file_id: string; snippet: string } | null)[];
  references?: {
    files?: Reference[] | null;
    web?: { text: string; url: string; title: string; score: number }[] | null;
  };
};

/** Ask graphs; `told` hears the answer so far as it arrives. Answers the whole; throws a Problem. */
export async function askGraphs(
  graphs: readonly string[],
  question: string,
  told: (answer: string) => void,
  signal: AbortSignal,
): Promise<Question | null> {
  const body = { graph_ids: graphs, question, stream: true, query_config: { inline_citations: true } };
  let last: Question | null = null;
  const init = { ...sending("POST", body), headers: { "Content-Type": "application/json" }, signal };
  for await (const { event, data } of events("/v1/graphs/question", init)) {
    if (data === "[DONE]") break;
    const sent = JSON.parse(data) as { data?: Question; message?: string; errors?: unknown };
    if (event === "problem" || event === "error") throw new Problem(500, sent.message ?? "The answer broke off.");
    last = grown(last, (sent.data ?? sent) as Question);
    told(last.answer);
  }
  return last;
}

/** The answer after one more event: pieces of it come one by one, what it was written from with the last. */
export function grown(was: Question | null, next: Question): Question {
  return was ? { ...was, ...next, answer: was.answer + next.answer } : next;
}
