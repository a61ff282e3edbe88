import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Table2 } from "lucide-react";
import { Link, useSearchParams } from "react-router";
import { api, body } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Failed, Loading } from "@/components/states";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { count, money } from "@/format/numbers";
import { Page } from "@/frame/page";
import type { Batch } from "../batch/live";
import { segments } from "../batch/segments";
import { done, isOver } from "../batch/words";
import { useAgentNames } from "./agents";
import { RunMenu } from "./run-menu";
import { RunsSwitch } from "./runs-switch";

const SIZE = 50;
const LIVE_MS = 3_000;
const IDLE_MS = 15_000;

/** All batches, the newest first. */
export default function Batches() {
  const [params, setParams] = useSearchParams();
  const offset = Math.max(0, Number(params.get("offset")) || 0);
  const { data, error, refetch } = useQuery({
    queryKey: ["batches", offset],
    queryFn: () => body(api.GET("/v1/batches", { params: { query: { offset: String(offset), limit: String(SIZE) } } })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.result.some((one) => !isOver(one)) ? LIVE_MS : IDLE_MS),
  });
  const total = data?.totalCount ?? 0;
  return (
    <Page title="Batches" heading={<RunsSwitch />} actions={<RunMenu many />} wide>
      <h1 className="sr-only">Batches</h1>
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading lines={8} />}
      {data && total === 0 && <None />}
      {data && total > 0 && (
        <>
          <Card className="overflow-hidden">
            <ul className="divide-y divide-line">
              {data.result.map((one) => (
                <Line key={one.id} batch={one} />
              ))}
            </ul>
          </Card>
          {total > SIZE && (
            <div className="mt-3 flex items-center gap-2 text-xs text-muted">
              <span data-number>
                {count(offset + 1)}–{count(Math.min(total, offset + SIZE))} of {count(total)}
              </span>
              <Button
                size="small"
                className="ml-auto"
                disabled={offset === 0}
                onClick={() => setParams(offset > SIZE ? { offset: String(offset - SIZE) } : {})}
              >
                Newer
              </Button>
              <Button
                size="small"
                disabled={offset + SIZE >= total}
                onClick={() => setParams({ offset: String(offset + SIZE) })}
              >
                Older
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

const COLORS: Record<string, string> = {
  completed: "bg-good",
  failed: "bg-bad",
  invalid: "bg-bad opacity-50",
  cancelled: "bg-line-strong",
  running: "bg-brand",
  waiting: "bg-warn",
};

function Line({ batch }: { batch: Batch }) {
  const names = useAgentNames();
  const { counts } = batch;
  return (
    <li className="relative grid items-center gap-x-4 gap-y-1.5 px-4 py-3 hover:bg-hover md:grid-cols-[minmax(0,1.6fr)_10rem_minmax(0,1fr)_6rem_7rem]">
      <div className="min-w-0 max-md:pr-40">
        <Link to={`/batches/${batch.id}`} className="block truncate text-sm font-medium after:absolute after:inset-0">
          {batch.name}
        </Link>
        <div className="truncate text-xs text-muted">
          {names.get(batch.application_id) ?? "agent"} v{batch.agent_version}
        </div>
      </div>
      <div className="max-md:absolute max-md:top-3 max-md:right-4">
        <Status state={batch.state} />
      </div>
      <div className="min-w-0">
        <div className="flex h-1.5 gap-px overflow-hidden rounded-full bg-hover" aria-hidden="true">
          {segments(counts).map((one) => (
            <div key={one.state} className={COLORS[one.state]} style={{ width: `${one.percent}%` }} />
          ))}
        </div>
        <div className="mt-1 text-xs text-muted" data-number>
          {count(done(batch))} of {count(counts.total)}
          {counts.failed > 0 && <span className="text-bad"> · {count(counts.failed)} failed</span>}
        </div>
      </div>
      <div className="text-sm md:text-right" data-number>
        {money(batch.cost)}
      </div>
      <div className="text-xs text-muted md:text-right max-md:absolute max-md:right-4 max-md:bottom-3">
        <Time at={batch.created_at} />
      </div>
    </li>
  );
}

function None() {
  return (
    <Empty icon={<Table2 />} title="Run a whole file" action={<RunMenu many />}>
      A batch runs an agent on every row of a spreadsheet: 4,000 products in, 4,000 descriptions out, each row
      traceable. Choose an agent, then drop a CSV or XLSX file.
    </Empty>
  );
}
