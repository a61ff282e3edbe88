import type { Schemas } from "@/api/client";
import type { Passage } from "../graph/passage";
import type { Job } from "./shapes";

/** A passage that a prompt had before it, as the job's result tells it. */
export type Source = Schemas["SourceShape"];

/** The passages a job was written from; none where its agent has no graphs. */
export const sourcesOf = (job: Pick<Job, "data">): readonly Source[] => job.data?.sources ?? [];

/** Each of them once, however many prompts had it. */
export function ofSources(sources: readonly Source[]): Passage[] {
  const seen = new Map<string, Passage>();
  for (const one of sources) {
    const key = `${one.file_id} ${one.start} ${one.cite}`;
    if (!seen.has(key))
      seen.set(key, {
        key,
        cite: one.cite,
        fileId: one.file_id,
        name: one.file_name,
        page: one.page,
        start: one.start,
        text: one.text,
        score: one.score,
        url: one.url,
      });
  }
  return [...seen.values()];
}
