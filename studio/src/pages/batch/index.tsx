import { useCallback, useMemo, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { Button } from "@/components/button";
import { CopyId } from "@/components/copy";
import { Failed, Loading } from "@/components/states";
import { Badge, Status } from "@/components/status";
import { Time } from "@/components/time";
import { toast } from "@/components/toast";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { useAgentNames } from "../batches/agents";
import { Actions, usePausing } from "./actions";
import { Cap } from "./change";
import { Charts } from "./charts";
import { rowsQuery } from "./filters";
import { type LiveBatch, useBatch, useFollowing } from "./live";
import { Progress } from "./progress";
import { Projection } from "./projection";
import { Results, useFilter } from "./results";
import { RowSheet } from "./row-sheet";
import { rowAtIndex, useSeries } from "./rows";
import { latestP95 } from "./series";
import { isOver, shareDone } from "./words";

const CRUMBS = [{ to: "/batches", label: "Batches" }];

/** One batch, live. Its address is permanent; closing the page changes nothing. */
export default function BatchPage() {
  const { batchId = "" } = useParams();
  const { data, error, refetch } = useBatch(batchId);
  const isLost = useFollowing(batchId, data);
  if (!data) {
    return (
      <Page title="Batch" crumbs={CRUMBS}>
        {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading lines={8} />}
      </Page>
    );
  }
  return <Shown key={batchId} batch={data} isLost={isLost} />;
}

function Shown({ batch, isLost }: { batch: LiveBatch; isLost: boolean }) {
  const live = !isOver(batch);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [, change] = useFilter();
  const [open, openRow] = useOpenRow(batch.id);
  const p95 = latestP95(useSeries(batch.id, live).data);
  const percent = Math.floor(shareDone(batch) * 100);
  const brush = useCallback(
    (range: [number, number] | null) => change({ from: range?.[0] ?? null, to: range?.[1] ?? null }),
    [change],
  );
  return (
    <Page
      title={live ? `${percent} % · ${batch.name}` : batch.name}
      heading={<h1 className="min-w-0 truncate text-base font-semibold">{batch.name}</h1>}
      crumbs={CRUMBS}
      wide
      status={
        <>
          <Status state={batch.state} />
          {isLost && (
            <Badge tone="warn" live>
              reconnecting
            </Badge>
          )}
        </>
      }
      actions={<Actions batch={batch} chosen={chosen} />}
    >
      <div className="flex flex-col gap-4">
        <Facts batch={batch} />
        <Progress batch={batch} p95={p95} isLost={isLost} action={<Mend batch={batch} />} />
        {batch.state === "paused" && batch.pause_code === "trial" && <Projection batch={batch} />}
        <Charts id={batch.id} live={live} onBrush={brush} />
        <Results batch={batch} live={live} onOpen={openRow.open} chosen={chosen} onChoose={setChosen} />
      </div>
      {open !== null && <RowSheet batch={batch} row={open} live={live} onClose={openRow.close} onStep={openRow.step} />}
    </Page>
  );
}

/** The row whose sheet is open stands in the address too; its place in the table tells what comes next. */
function useOpenRow(id: string) {
  const [params, setParams] = useSearchParams();
  const [index, setIndex] = useState<number | null>(null);
  const [filter] = useFilter();
  const row = Number(params.get("row")) || null;
  const show = useCallback(
    (to: number | null) =>
      setParams(
        (now) => {
          const changed = new URLSearchParams(now);
          if (to === null) changed.delete("row");
          else changed.set("row", String(to));
          return changed;
        },
        { replace: true },
      ),
    [setParams],
  );
  const open = useCallback(
    (to: number, at: number) => {
      setIndex(at);
      show(to);
    },
    [show],
  );
  const moves = useMemo(() => {
    const close = () => show(null);
    const step = async (by: 1 | -1) => {
      if (index === null) return show(Math.max(1, (row ?? 1) + by));
      const next = index + by < 0 ? undefined : await rowAtIndex(id, rowsQuery(filter), index + by);
      if (next) open(next.row, index + by);
      else toast(by > 0 ? "This is the last row." : "This is the first row.");
    };
    return { open, close, step: (by: 1 | -1) => void step(by) };
  }, [id, filter, index, row, show, open]);
  return [row, moves] as const;
}

function Facts({ batch }: { batch: LiveBatch }) {
  const names = useAgentNames();
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      <Link to={`/agents/${batch.application_id}`} className="hover:text-text">
        {names.get(batch.application_id) ?? "agent"} v{batch.agent_version}
      </Link>
      <span>
        started <Time at={batch.started_at ?? batch.created_at} />
      </span>
      {batch.completed_at && isOver(batch) && (
        <span>
          ended <Time at={batch.completed_at} />
        </span>
      )}
      <CopyId id={batch.id} />
    </div>
  );
}

/** The one button that answers what the notice says. */
function Mend({ batch }: { batch: LiveBatch }) {
  const may = useMay("jobs:write");
  const [isAsked, setAsked] = useState(false);
  const { busy, move } = usePausing(batch);
  if (!may || batch.state !== "paused" || batch.cancel_requested) return null;
  if (batch.pause_code !== "max_cost")
    return (
      <Button size="small" busy={busy} onClick={() => void move("resume")}>
        Resume
      </Button>
    );
  return (
    <>
      <Button size="small" onClick={() => setAsked(true)}>
        Raise the cap
      </Button>
      {isAsked && <Cap batch={batch} onClose={() => setAsked(false)} />}
    </>
  );
}
