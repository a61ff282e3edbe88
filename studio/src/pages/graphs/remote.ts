/** What the studio asks of the API about graphs. */
import { api, body, type Schemas } from "@/api/client";
import { events } from "@/api/events";
import { Problem } from "@/api/problem";
import type { StoredFile } from "@/files/remote";

export type Graph = Schemas["GraphShape"];
export type WebPage = Schemas["GraphUrl"];
export type Found = Schemas["FoundShape"];
export type Question = Schemas["AnswerShape"];

const PAGE = 100;
const FOUND = 20;

/** Every graph, the newest first. */
export async function listGraphs(): Promise<Graph[]> {
  const all: Graph[] = [];
  for (let after: string | undefined; ; after = all.at(-1)?.id) {
    const query = { limit: String(PAGE), ...(after ? { after } : {}) };
    const page = await body(api.GET("/v1/graphs", { params: { query } }));
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

const at = (id: string) => ({ path: { graph_id: id } });

export const findGraph = (id: string): Promise<Graph> => body(api.GET("/v1/graphs/{graph_id}", { params: at(id) }));
export const createGraph = (wanted: Schemas["GraphRequest"]): Promise<Graph> =>
  body(api.POST("/v1/graphs", { body: wanted }));
export const changeGraph = (id: string, change: Schemas["GraphChange"]): Promise<Graph> =>
  body(api.PUT("/v1/graphs/{graph_id}", { params: at(id), body: change }));
export const deleteGraph = (id: string): Promise<unknown> => api.DELETE("/v1/graphs/{graph_id}", { params: at(id) });
export const addFile = (graph: string, file: string): Promise<StoredFile> =>
  body(api.POST("/v1/graphs/{graph_id}/file", { params: at(graph), body: { file_id: file } }));
export const removeFile = (graph: string, file: string): Promise<unknown> =>
  api.DELETE("/v1/graphs/{graph_id}/file/{file_id}", { params: { path: { graph_id: graph, file_id: file } } });

/** The passages that a question would be answered from, without a model. */
export const search = (graph: string, query: string): Promise<Schemas["FoundPage"]> =>
  body(api.POST("/v1/graphs/search", { body: { graph_ids: [graph], query, limit: FOUND } }));

/** Ask graphs; `told` hears the answer so far as it arrives. Answers the whole; throws a Problem. */
export async function askGraphs(
  graphs: readonly string[],
  question: string,
  told: (answer: string) => void,
  signal: AbortSignal,
): Promise<Question | null> {
  const wanted = { graph_ids: graphs, question, stream: true, query_config: { inline_citations: true } };
  const init = {
    method: "POST",
    body: JSON.stringify(wanted),
    headers: { "Content-Type": "application/json" },
    signal,
  };
  let last: Question | null = null;
  for await (const { event, data } of events("/v1/graphs/question", init)) {
    if (data === "[DONE]") break;
    const sent = JSON.parse(data) as { data?: Question; message?: string };
    if (event === "error") throw new Problem(0, sent.message ?? "The answer broke off. Ask again.");
    if (!sent.data) continue;
    last = grown(last, sent.data);
    told(last.answer);
  }
  return last;
}

/** The answer after one more event: pieces of it come one by one, what it was written from with the last. */
export function grown(was: Question | null, next: Question): Question {
  return was ? { ...was, ...next, answer: was.answer + next.answer } : next;
}
