import type { ReactNode } from "react";
import { Card, Tile } from "@/components/card";
import { useNow } from "@/components/time";
import { count, money, percent, rate } from "@/format/numbers";
import { duration } from "@/format/times";
import type { LiveBatch } from "./live";
import { segments } from "./segments";
import { done, isOver, limiter, notice, ofCap, shareDone, span, took } from "./words";

const COLORS: Record<string, string> = {
  completed: "bg-good",
  failed: "bg-bad",
  invalid: "bg-bad opacity-50",
  cancelled: "bg-line-strong",
  running: "bg-brand",
  waiting: "bg-warn",
};

const TONES = {
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  good: "bg-good-soft text-good",
};

/** How far a batch has come, how fast it goes, what it costs and what holds it up. */
export function Progress({
  batch,
  p95,
  isLost,
  action,
}: {
  batch: LiveBatch;
  p95: number | null;
  isLost: boolean;
  action?: ReactNode;
}) {
  const now = useNow();
  const told = notice(batch);
  const limited = limiter(batch);
  return (
    <Card className="flex flex-col gap-4 p-4">
      <Bar batch={batch} />
      <Tiles batch={batch} p95={p95} now={now} />
      {told && (
        <div className={`flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg px-3 py-2 text-sm ${TONES[told.tone]}`}>
          <p className="min-w-0 flex-1 break-words">{told.text}</p>
          {action}
        </div>
      )}
      {!isOver(batch) && (
        <p className="min-h-5 text-sm break-words text-muted" role="status">
          {isLost ? (
            <span className="text-warn">The server does not answer. The batch goes on by itself; reconnecting …</span>
          ) : (
            limited && <>Why rows wait: {limited}</>
          )}
        </p>
      )}
    </Card>
  );
}

function Bar({ batch }: { batch: LiveBatch }) {
  const parts = segments(batch.counts);
  return (
    <div>
      <div
        role="progressbar"
        aria-label="Rows done"
        aria-valuemin={0}
        aria-valuemax={batch.counts.total}
        aria-valuenow={done(batch)}
        className="flex h-2 gap-px overflow-hidden rounded-full bg-hover"
      >
        {parts.map((one) => (
          <div key={one.state} className={COLORS[one.state]} style={{ width: `${one.percent}%` }} />
        ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {parts.map((one) => (
          <li key={one.state} className="inline-flex items-center gap-1.5">
            <span className={`size-2 rounded-full ${COLORS[one.state]}`} aria-hidden="true" />
            <span data-number>{count(one.rows)}</span> {one.label}
          </li>
        ))}
        {batch.counts.queued > 0 && (
          <li className="inline-flex items-center gap-1.5">
            <span className="size-2 rounded-full border border-line-strong bg-hover" aria-hidden="true" />
            <span data-number>{count(batch.counts.queued)}</span> queued
          </li>
        )}
      </ul>
    </div>
  );
}

function Tiles({ batch, p95, now }: { batch: LiveBatch; p95: number | null; now: number }) {
  const { counts } = batch;
  const over = isOver(batch);
  const seconds = (Date.parse(batch.completed_at ?? batch.updated_at) - Date.parse(batch.started_at ?? "")) / 1000;
  const overall = seconds > 0 ? (counts.completed + counts.failed) / seconds : 0;
  const still = batch.state === "paused" && counts.running === 0;
  const pace = over ? overall : still ? 0 : (batch.pace?.rows_per_s ?? 0);
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 lg:grid-cols-6">
      <Tile label="Done" value={count(done(batch))}>
        of {count(counts.total)} · {percent(shareDone(batch))}
      </Tile>
      <Tile label="Failed" value={<span className={counts.failed ? "text-bad" : ""}>{count(counts.failed)}</span>}>
        {batch.reused > 0 ? `${count(batch.reused)} ${batch.reused === 1 ? "answer" : "answers"} shared` : "\u00a0"}
      </Tile>
      <Tile label="Rate" value={rate(pace)}>
        {over ? "on the whole" : "now"}
      </Tile>
      <Tile label="Latency p95" value={p95 === null ? "–" : duration(p95)}>
        {p95 === null ? "no row is completed" : over ? "at the end" : "lately"}
      </Tile>
      <Tile label="Cost" value={money(batch.cost)}>
        {ofCap(batch) ?? `${count(batch.usage.total_tokens)} tokens`}
      </Tile>
      {over || batch.state === "paused" ? (
        <Tile label={over ? "Took" : "Going for"} value={took(batch, now) ?? "–"} />
      ) : (
        <Tile label="Time left" value={span(batch.eta_s) ?? "–"}>
          {took(batch, now) ? `going for ${took(batch, now)}` : "\u00a0"}
        </Tile>
      )}
    </div>
  );
}
