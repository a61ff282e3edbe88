import { ChevronDown, ChevronUp, ExternalLink, PencilLine } from "lucide-react";
import { useState } from "react";
import { Button, ButtonLink, IconButton } from "@/components/button";
import { Sheet } from "@/components/dialog";
import { Failed, Loading } from "@/components/states";
import { Status } from "@/components/status";
import { count } from "@/format/numbers";
import { useMay } from "@/frame/session";
import { JobDetail } from "../job/detail";
import { Values } from "../job/values";
import { CorrectRow } from "./correct-row";
import { isCorrectable } from "./correcting";
import type { LiveBatch } from "./live";
import { useRow } from "./rows";
import { sentence } from "./words";

/** One row beside the table: what came in, what was asked, what came out, and every attempt at it. */
export function RowSheet({
  batch,
  row,
  live,
  onClose,
  onStep,
}: {
  batch: LiveBatch;
  row: number;
  live: boolean;
  onClose: () => void;
  onStep: (by: 1 | -1) => void;
}) {
  const { data, error, refetch } = useRow(batch.id, row, live);
  const mayWrite = useMay("jobs:write");
  const [correcting, setCorrecting] = useState<number | null>(null);
  const isCorrecting = correcting === row;
  const mayCorrect = mayWrite && data?.cells && isCorrectable(data, batch);
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Row ${count(row)}`}
      description={
        <span className="flex flex-wrap items-center gap-2">
          {data && <Status state={data.state} />}
          {data?.id && <span>{data.id}</span>}
          <span className="ml-auto inline-flex gap-1">
            <IconButton label="Row before" size="small" onClick={() => onStep(-1)}>
              <ChevronUp />
            </IconButton>
            <IconButton label="Next row" size="small" onClick={() => onStep(1)}>
              <ChevronDown />
            </IconButton>
          </span>
        </span>
      }
      actions={
        <>
          {data?.job_id && (
            <ButtonLink to={`/jobs/${data.job_id}`} icon={<ExternalLink />}>
              Open as a job
            </ButtonLink>
          )}
          {mayCorrect && !isCorrecting && (
            <Button look="primary" icon={<PencilLine />} onClick={() => setCorrecting(row)}>
              Correct it
            </Button>
          )}
        </>
      }
    >
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading lines={8} />}
      {data === null && <p className="text-sm text-muted">The file has no such row.</p>}
      {data?.cells && isCorrecting && (
        <CorrectRow
          key={row}
          batch={batch}
          row={row}
          cells={data.cells}
          reason={data.error}
          onDone={() => setCorrecting(null)}
        />
      )}
      {data && !isCorrecting && (
        <div className="flex flex-col gap-5">
          {data.state === "invalid" && (
            <p className="rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
              {sentence(data.error ?? "this row cannot be run")} It was skipped
              {mayCorrect ? ": correct it, and it runs in its place." : "."}
            </p>
          )}
          {data.job_id ? <JobDetail id={data.job_id} nested /> : null}
          {data.cells && (
            <details open={!data.job_id}>
              <summary className="text-sm font-semibold">All columns of the file</summary>
              <div className="mt-2">
                <Values values={Object.entries(data.cells).map(([name, value]) => [name, shown(value)])} />
              </div>
            </details>
          )}
          {!data.job_id && data.state !== "invalid" && (
            <p className="text-sm text-muted">
              This row is not a job yet: the file is still being read into the queue.
            </p>
          )}
        </div>
      )}
    </Sheet>
  );
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
