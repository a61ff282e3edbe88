import type { Schemas } from "@/api/client";

export type Job = Schemas["JobShape"];
export type JobEvent = Schemas["JobEventShape"];

/** One prompt as it was asked and answered; `part` counts the runs of a job that fans out. */
export type Asked = {
  part: number | null;
  prompt: string;
  model: string | null;
  messages: { role: "system" | "user"; content: string }[] | null;
  output: string | null;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  cost: number | null;
  duration_ms: number | null;
  calls: { attempt: number; model: string; outcome: string; duration_ms: number | null; request_id: string | null }[];
};
