import { RotateCcw } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useAction } from "@/api/action";
import { api, body } from "@/api/client";
import { Problem } from "@/api/problem";
import { Button } from "@/components/button";
import { TextArea } from "@/components/field";
import { Faults } from "@/components/states";
import { badRowsOf } from "../run/bad-rows";
import { correction, typed, type Version } from "./correcting";
import { batchKey, type LiveBatch, takeIn } from "./live";
import { Versions } from "./retry";
import { sentence } from "./words";

/** The cells of one row that came to nothing, to be changed and run again in its old place. */
export function CorrectRow({
  batch,
  row,
  cells,
  reason,
  onDone,
}: {
  batch: LiveBatch;
  row: number;
  cells: Record<string, unknown>;
  /** Why it came to nothing. */
  reason: string | null;
  onDone: () => void;
}) {
  const columns = [...new Set([...batch.columns, ...Object.keys(cells)])];
  const [texts, setTexts] = useState(() => Object.fromEntries(columns.map((name) => [name, typed(cells[name])])));
  const [version, setVersion] = useState<Version>("same");
  const send = useAction(
    async () =>
      takeIn(
        await body(
          api.POST("/v1/batches/{batch_id}/rows", {
            params: { path: { batch_id: batch.id } },
            body: { rows: [correction(row, columns, cells, texts)], version },
          }),
        ),
      ),
    { changes: [batchKey(batch.id), ["job"]], done: `Row ${row} runs again.`, quiet: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutateAsync().then(onDone, () => {}); // the form shows why it was refused
  };
  const faults = send.error instanceof Problem ? badRowsOf(send.error.faults) : [];
  const wrong = (name: string) =>
    faults
      .filter((one) => one.column === name)
      .map((one) => one.reason)
      .join(" ") || null;
  const others = faults.filter((one) => one.column === null || !columns.includes(one.column));
  return (
    <form onSubmit={submit} className="flex flex-col gap-4" aria-label={`Correct row ${row}`}>
      {reason && <p className="rounded-lg bg-bad-soft px-3 py-2 text-sm break-words text-bad">{sentence(reason)}</p>}
      {columns.map((name) => (
        <TextArea
          key={name}
          label={name}
          rows={1}
          className="field-sizing-content max-h-60 min-h-8!"
          value={texts[name] ?? ""}
          error={wrong(name)}
          onChange={(event) => setTexts((was) => ({ ...was, [name]: event.target.value }))}
        />
      ))}
      <Versions {...{ batch, version, setVersion }} />
      {send.error !== null && faults.length === 0 && <Faults error={send.error} />}
      {others.map((one) => (
        <Faults key={one.reason} error={one.reason} />
      ))}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Close</Button>
        <Button type="submit" look="primary" icon={<RotateCcw />} busy={send.isPending}>
          Run again with these
        </Button>
      </div>
    </form>
  );
}
