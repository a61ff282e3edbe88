import type { Schemas } from "@/api/client";

/** A row as the table gets it; `cells` and `suggestion` are null in the table's short form. */
export type BatchRow = Omit<Schemas["BatchRowShape"], "cells"> & {
  cells: Record<string, unknown> | null;
  inputs: Record<string, string>;
  output: string | null;
  duration_ms: number | null;
};
export type BatchRows = { data: BatchRow[]; has_more: boolean; total: number | null };
