/** What the studio asks of the API about files. */
import { api, body, type Schemas } from "@/api/client";
import { queries } from "@/api/queries";

export type StoredFile = Schemas["FileShape"];
export type FilePage = Schemas["FilePage"];
export type FileText = Schemas["FileText"];
export type FileFilter = { q: string; status: StoredFile["status"] | "all"; graph?: string };

const PAGE = 50;

export function listFiles(filter: FileFilter, after: string | null): Promise<FilePage> {
  const query = {
    limit: String(PAGE),
    ...(filter.q.trim() && { q: filter.q.trim() }),
    ...(filter.status !== "all" && { status: filter.status }),
    ...(filter.graph && { graph_id: filter.graph }),
    ...(after && { after }),
  };
  return body(api.GET("/v1/files", { params: { query } }));
}

const path = (id: string) => ({ params: { path: { file_id: id } } });

export const findFile = (id: string): Promise<StoredFile> => body(api.GET("/v1/files/{file_id}", path(id)));
export const deleteFile = (id: string): Promise<unknown> => api.DELETE("/v1/files/{file_id}", path(id));
export const retryFiles = (ids: readonly string[]): Promise<unknown> =>
  api.POST("/v1/files/retry", { body: { file_ids: [...ids] } });
export function readText(id: string, offset: number, limit: number): Promise<FileText> {
  const query = { offset: String(offset), limit: String(limit) };
  return body(api.GET("/v1/files/{file_id}/text", { params: { path: { file_id: id }, query } }));
}

/** Where the bytes of a file are: a link to it saves it, and a picture of it is shown. */
export const contentOf = (id: string): string => `/v1/files/${encodeURIComponent(id)}/download`;

/** Whatever shows files asks again. */
export const filesChanged = () => void queries.invalidateQueries({ queryKey: ["files"] });

export const isImage = (mediaType: string): boolean => /^image\/(png|jpe?g|gif|webp)$/.test(mediaType);
