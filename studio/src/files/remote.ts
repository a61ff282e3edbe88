/** What the studio asks of the API about files. */
import { HEADERS } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/api/queries";

export type FileState = "in_progress" | "completed" | "failed";

export type StoredFile = {
  id: string;
  name: string;
  created_at: string;
  updated_at: string;
  graph_ids: string[];
  status: FileState;
  media_type: string;
  size: number;
  words: number | null;
  pages: number | null;
  characters: number | null;
  has_text: boolean;
  error: string | null;
  error_code: string | null;
  job_id: string | null;
};

export type FilePage = { data: StoredFile[]; has_more: boolean; last_id: string | null; totalCount?: number };
export type FileFilter = { q: string; status: FileState | "all"; graph?: string };
export type FileText = {
  text: string;
  offset: number;
  total: number;
  sections: { offset: number; page: number | null; label: string | null }[];
};

/** A request of the studio's own, for routes that take or give more than JSON; throws a Problem. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: "same-origin",
      headers: { ...HEADERS, ...(init.body ? { "Content-Type": "application/json" } : {}), ...init.headers },
    });
  } catch (error) {
    throw init.signal?.aborted ? error : Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  return response.json() as Promise<T>;
}

const PAGE = 50;

export function listFiles(filter: FileFilter, after: string | null, limit = PAGE): Promise<FilePage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (filter.q.trim()) query.set("q", filter.q.trim());
  if (filter.status !== "all") query.set("status", filter.status);
  if (filter.graph) query.set("graph_id", filter.graph);
  if (after) query.set("after", after);
  return ask(`/v1/files?${query}`);
}

const at = (id: string) => `/v1/files/${encodeURIComponent(id)}`;

export const findFile = (id: string): Promise<StoredFile> => ask(at(id));
export const deleteFile = (id: string): Promise<unknown> => ask(at(id), { method: "DELETE" });
export const retryFiles = (ids: readonly string[]): Promise<unknown> =>
  ask("/v1/files/retry", { method: "POST", body: JSON.stringify({ file_ids: ids }) });
export const readText = (id: string, offset: number, limit: number): Promise<FileText> =>
  ask(`${at(id)}/text?offset=${offset}&limit=${limit}`);

/** Where the bytes of a file are: a link to it saves it, and a picture of it is shown. */
export const contentOf = (id: string): string => `${at(id)}/download`;

/** Whatever shows files asks again. */
export const filesChanged = () => void queries.invalidateQueries({ queryKey: ["files"] });

export const isImage = (mediaType: string): boolean => /^image\/(png|jpe?g|gif|webp)$/.test(mediaType);
