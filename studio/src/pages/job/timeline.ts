import { money } from "@/format/numbers";
import { duration } from "@/format/times";
import type { JobEvent } from "./shapes";

export type Tone = "good" | "bad" | "warn" | "info" | "neutral";
export type Call = { text: string; requestId: string | null; isBad: boolean };
export type Line = {
  seq: number;
  at: string;
  title: string;
  detail: string;
  tone: Tone;
  calls: Call[];
  attempt: number;
};

const TITLES: Record<string, [string, Tone]> = {
  "job.created": ["Accepted", "neutral"],
  "job.started": ["Started", "info"],
  "job.completed": ["Completed", "good"],
  "job.failed": ["Failed", "bad"],
  "job.cancelled": ["Cancelled", "neutral"],
  "job.cancel_requested": ["Asked to stop", "warn"],
  "job.retry_scheduled": ["Will be tried again", "warn"],
  "job.released": ["Given back by its worker", "neutral"],
  "job.rescued": ["Taken from a worker that died", "warn"],
  "job.retried": ["Retried", "info"],
  "job.stale_write_refused": ["A worker that had lost it tried to write", "warn"],
};

/** A job's timeline in words, the oldest first. */
export function linesOf(events: readonly JobEvent[]): Line[] {
  return events.map((event) => {
    const [title, tone] = TITLES[event.event] ?? [event.event.replace(/^job\./, "").replaceAll("_", " "), "neutral"];
    const titled = event.event === "job.started" && event.attempt > 0 ? `Attempt ${event.attempt} started` : title;
    const calls = (Array.isArray(event.data.calls) ? event.data.calls : []) as Record<string, unknown>[];
    return {
      seq: event.seq,
      at: event.at,
      title: titled,
      detail: detailOf(event),
      tone,
      calls: calls.map(callOf),
      attempt: event.attempt,
    };
  });
}

function detailOf({ event, data }: JobEvent): string {
  const parts: string[] = [];
  const text = (name: string) => (typeof data[name] === "string" ? (data[name] as string) : null);
  if (event === "job.started" && text("worker")) parts.push(`by worker ${text("worker")}`);
  const error = text("error") ?? text("reason");
  if (error) parts.push(error);
  else if (text("error_code")) parts.push(text("error_code") as string);
  if (typeof data.wait_s === "number") parts.push(`again in ${duration(data.wait_s * 1000)}`);
  if (data.charged === false) parts.push("not charged as an attempt");
  return parts.join(" · ");
}

function callOf(call: Record<string, unknown>): Call {
  const parts: string[] = [];
  const number = (name: string) => (typeof call[name] === "number" ? (call[name] as number) : null);
  if (call.prompt) parts.push(String(call.prompt));
  parts.push(String(call.model ?? "model"));
  const outcome = String(call.outcome ?? "");
  if (outcome !== "completed") parts.push(outcome);
  const took = number("duration_s");
  if (took !== null) parts.push(duration(took * 1000));
  const tokens = (number("prompt_tokens") ?? 0) + (number("completion_tokens") ?? 0);
  if (tokens > 0) parts.push(`${tokens} tokens`);
  if (number("cost")) parts.push(money(number("cost")));
  if (call.reask) parts.push("asked again, as the answer did not fit its schema");
  return {
    text: parts.join(" · "),
    requestId: typeof call.request_id === "string" ? call.request_id : null,
    isBad: outcome !== "completed",
  };
}

/** How long after the line before: "+1.4 s". */
export function since(lines: readonly Line[], at: number): string {
  const before = lines[at - 1];
  const line = lines[at];
  if (!before || !line) return "";
  return `+${duration(Math.max(0, Date.parse(line.at) - Date.parse(before.at)))}`;
}
