import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import type { LiveBatch } from "./live";

const ENDED = new Set(["completed", "completed_with_errors", "cancelled"]);
const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** Whether nothing more comes of it by itself. */
export const isOver = (batch: Pick<LiveBatch, "state" | "retrying">): boolean =>
  ENDED.has(batch.state) && !batch.retrying;

/** Rows that need nothing more. */
export function done({ counts }: Pick<LiveBatch, "counts">): number {
  return counts.completed + counts.failed + counts.cancelled + counts.invalid;
}

/** The share of rows that need nothing more, 0 to 1. */
export const shareDone = (batch: Pick<LiveBatch, "counts">): number =>
  batch.counts.total === 0 ? 0 : done(batch) / batch.counts.total;

/** A range of seconds in one unit: "3–5 min"; nothing when it is not known or over. */
export function span(seconds: { low: number; high: number } | null | undefined): string | null {
  if (!seconds || seconds.high <= 0) return null;
  for (const [unit, name] of UNITS) {
    if (seconds.high < 2 * unit && unit > 1) continue;
    const low = Math.max(1, Math.floor(seconds.low / unit));
    const high = Math.max(low, Math.ceil(seconds.high / unit));
    return low < high ? `${low}–${high} ${name}` : `${high} ${name}`;
  }
  return null;
}

/** How long it took, or has been going. */
export function took(batch: LiveBatch, now: number): string | null {
  if (!batch.started_at) return null;
  const until = batch.completed_at && isOver(batch) ? Date.parse(batch.completed_at) : now;
  return duration(Math.max(0, until - Date.parse(batch.started_at)));
}

/** What the cost is of: its cap, where there is one. */
export function ofCap(batch: Pick<LiveBatch, "max_cost">): string | null {
  return batch.max_cost === null ? null : `of ${money(batch.max_cost)}`;
}

const ADVICE: Record<string, string> = {
  requested: "Resume when you are ready.",
  trial: "Look at these rows, then resume to run the others.",
  errors: "Look at the failed rows, mend the agent or the data, then resume.",
  max_cost: "Raise the cap to go on.",
  quota: "Resume after topping up the model's account, or give the agent another model.",
};

export type Notice = { tone: "warn" | "bad" | "info" | "good"; text: string };

/** What happened, why, and what to do, for a batch that needs somebody's attention. */
export function notice(batch: LiveBatch): Notice | null {
  const { counts } = batch;
  if (batch.retrying) return { tone: "info", text: "A retry is under way: rows go back to the queue." };
  if (batch.state === "paused") {
    const reason = sentence(batch.paused_reason ?? "paused");
    return { tone: "warn", text: `${reason} ${ADVICE[batch.pause_code ?? ""] ?? "Resume to go on."}` };
  }
  if (batch.cancel_requested && !isOver(batch))
    return {
      tone: "warn",
      text: `Being cancelled: ${rows(counts.running)} still ${counts.running === 1 ? "runs" : "run"}.`,
    };
  if (batch.state === "completed_with_errors" && counts.failed > 0) {
    const worst = batch.errors[0];
    const why = worst ? `, most often because of ${worst.error_code} (${count(worst.rows)})` : "";
    return { tone: "bad", text: `${rows(counts.failed)} failed${why}. Open one to see why, then retry.` };
  }
  return null;
}

/** What limits the batch now, as a clause. */
export function limiter(batch: LiveBatch): string | null {
  if (isOver(batch) || batch.state === "paused" || !batch.limited_by) return null;
  return batch.limited_by;
}

export const rows = (n: number): string => `${count(n)} ${n === 1 ? "row" : "rows"}`;

/** A clause of the server's as a sentence. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
