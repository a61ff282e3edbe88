import type { Batch } from "./live";

export type Segment = { state: string; label: string; rows: number; percent: number };

const ORDER = [
  ["completed", "completed"],
  ["failed", "failed"],
  ["invalid", "skipped"],
  ["cancelled", "cancelled"],
  ["running", "running"],
  ["waiting", "waiting"],
] as const;

/** Narrower than this cannot be seen: one failed row of a million must be. */
const LEAST_PERCENT = 0.5;

/** The parts of one stacked line, in their order; what is queued is the line's empty rest. */
export function segments(counts: Batch["counts"]): Segment[] {
  if (counts.total === 0) return [];
  const found = ORDER.filter(([state]) => counts[state] > 0).map(([state, label]) => ({
    state,
    label,
    rows: counts[state],
    percent: Math.max(LEAST_PERCENT, (counts[state] / counts.total) * 100),
  }));
  const sum = found.reduce((all, one) => all + one.percent, 0);
  const most = counts.queued > 0 ? 100 - LEAST_PERCENT : 100;
  const scale = sum > most ? most / sum : 1;
  return found.map((one) => ({ ...one, percent: one.percent * scale }));
}
