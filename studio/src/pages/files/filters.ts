import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { FileFilter } from "@/files/remote";

export const STATES = [
  { value: "all", label: "All" },
  { value: "in_progress", label: "Being read" },
  { value: "completed", label: "Ready" },
  { value: "failed", label: "Failed" },
] as const;

/** What the list shows, as its address says it. */
export function readFilter(params: URLSearchParams): FileFilter {
  const status = params.get("status");
  return { q: params.get("q") ?? "", status: STATES.find((one) => one.value === status)?.value ?? "all" };
}

export function useFilter(): [FileFilter, (change: Partial<FileFilter>) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (changed: Partial<FileFilter>) => setParams((now) => withValues(now, changed), { replace: true }),
    [setParams],
  );
  return [useMemo(() => readFilter(params), [params]), change];
}

/** The address with other values; what is as ever is left out of it. */
export function withValues(now: URLSearchParams, values: Record<string, string | number | null>): URLSearchParams {
  const next = new URLSearchParams(now);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === "" || value === "all") next.delete(name);
    else next.set(name, String(value));
  }
  return next;
}

export type Place = { id: string; at: number | null; to: number | null };

/** The file whose sheet is open, and the stretch of its text that is meant: `?file=…&at=…&to=…`. */
export function useOpenFile(): [Place | null, (file: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const id = params.get("file");
  const [at, to] = [numberOf(params.get("at")), numberOf(params.get("to"))];
  const open = useCallback(
    (file: string | null) => setParams((now) => withValues(now, { file, at: null, to: null }), { replace: true }),
    [setParams],
  );
  return [useMemo(() => (id ? { id, at, to } : null), [id, at, to]), open];
}

const numberOf = (text: string | null) => (text && /^\d{1,12}$/.test(text) ? Number(text) : null);
