/** A job in a list: its inputs and its output are cut short. */
export type JobLine = {
  id: string;
  application_id: string;
  application_name: string;
  agent_version: number;
  state: string;
  created_at: string;
  updated_at: string;
  duration_ms: number | null;
  attempts: number;
  error: string | null;
  error_code: string | null;
  batch_id: string | null;
  row: number | null;
  inputs: Record<string, string>;
  output: string | null;
  cost: number | null;
};
export type JobLines = { data: JobLine[]; has_more: boolean; next: string | null };
