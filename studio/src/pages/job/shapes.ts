import type { Schemas } from "@/api/client";

export type Job = Schemas["JobShape"];
export type JobEvent = Schemas["JobEventShape"];

/** One prompt as it was asked and answered; `part` counts the runs of a job that fans out. */
export type Asked = Schemas["AskedPromptShape"];
