import type { Schemas } from "@/api/client";

export type Job = Schemas["JobShape"];
export type JobEvent = Schemas["JobEventShape"];

/** One prompt as it was asked and answered; `part` counts the runs of a job that fans out. */
export type Asked = Schemas["AskedPromptShape"];

/** Whether a job reads a file or a page, and runs no agent. */
export const isIngest = (job: Pick<Job, "application_id">): boolean => job.application_id.startsWith("ingest.");

/** The file that such a job reads. */
export const fileOf = (job: Pick<Job, "inputs">): string | null =>
  job.inputs.find((one) => one.id === "file_id")?.value[0] ?? null;
