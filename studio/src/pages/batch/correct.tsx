import { Download, FileSpreadsheet } from "lucide-react";
import { useRef, useState } from "react";
import { useAction } from "@/api/action";
import { downloadAloud } from "@/api/download";
import { Problem } from "@/api/problem";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Faults } from "@/components/states";
import { Table } from "@/components/table";
import { badRowsOf } from "../run/bad-rows";
import { PROBLEM_COLUMNS } from "../run/problems";
import { ACCEPTED, type Source, sourceOfFile } from "../run/source";
import { sendCorrections, type Version } from "./correcting";
import { batchKey, type LiveBatch, takeIn } from "./live";
import { Versions } from "./retry";
import { rows } from "./words";

/** Rows that came to nothing, down as a file and up again with corrections; finished rows are not touched. */
export function Correct({ batch, onClose }: { batch: LiveBatch; onClose: () => void }) {
  const { counts } = batch;
  const most = counts.failed + counts.cancelled + counts.invalid;
  const [version, setVersion] = useState<Version>("same");
  const [source, setSource] = useState<Source | null>(null);
  const key = useRef("");
  const send = useAction(async (file: Source) => takeIn(await sendCorrections(batch.id, file, version, key.current)), {
    changes: [batchKey(batch.id), ["job"]],
    done: "The corrected rows run again.",
    quiet: true,
  });
  const choose = (file: File | undefined) => {
    if (!file) return;
    key.current = `studio-${crypto.randomUUID()}`;
    send.reset();
    setSource(sourceOfFile(file));
  };
  const bad = send.error instanceof Problem ? badRowsOf(send.error.faults) : [];
  const save = (format: string) =>
    void downloadAloud(`/v1/batches/${encodeURIComponent(batch.id)}/results?only=failed&format=${format}`);
  return (
    <Dialog
      open
      wide={bad.length > 0}
      onOpenChange={(open) => !open && onClose()}
      title="Correct rows"
      description={`${rows(most)} failed, cancelled or skipped. What you send back runs again in its old place.`}
    >
      <ol className="mt-3 flex flex-col gap-4">
        <Step number={1} title="Save them, with what is wrong with each">
          <div className="flex flex-wrap gap-2">
            <Button icon={<Download />} onClick={() => save("xlsx")}>
              XLSX
            </Button>
            <Button icon={<Download />} onClick={() => save("csv")}>
              CSV
            </Button>
          </div>
        </Step>
        <Step number={2} title="Correct the cells, and leave out the rows you give up" />
        <Step number={3} title="Send the file back, 2,000 rows at most">
          <Chooser source={source} onFile={choose} />
        </Step>
      </ol>
      <div className="mt-4 flex flex-col gap-4">
        <Versions {...{ batch, version, setVersion }} />
        {bad.length > 0 && (
          <div className="max-h-60 overflow-auto rounded-lg border border-line">
            <Table
              label="Rows that cannot be run"
              columns={PROBLEM_COLUMNS}
              rows={bad}
              rowKey={(row) => `${row.row} ${row.line} ${row.column} ${row.reason}`}
            />
          </div>
        )}
        {send.error !== null && <Faults error={bad.length > 0 ? firstOf(send.error) : send.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button
            look="primary"
            disabled={!source}
            busy={send.isPending}
            onClick={() => source && send.mutateAsync(source).then(onClose, () => {})}
          >
            Run them again
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** The sum of it; each row is in the table. */
const firstOf = (error: unknown) => (error instanceof Problem ? (error.faults[0]?.text ?? error.message) : error);

function Step({ number, title, children }: { number: number; title: string; children?: React.ReactNode }) {
  return (
    <li className="flex gap-3">
      <span
        aria-hidden="true"
        className="flex size-5 shrink-0 items-center justify-center rounded-full bg-hover text-xs font-medium text-muted"
      >
        {number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <p className="text-sm">{title}</p>
        {children}
      </div>
    </li>
  );
}

function Chooser({ source, onFile }: { source: Source | null; onFile: (file: File | undefined) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <input
        ref={chooser}
        type="file"
        accept={ACCEPTED}
        className="hidden"
        aria-label="The corrected file"
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button icon={<FileSpreadsheet />} onClick={() => chooser.current?.click()}>
        {source ? "Take another file" : "Choose the file"}
      </Button>
      {source && <span className="min-w-0 truncate text-sm text-muted">{source.name}</span>}
    </div>
  );
}
