import { Download } from "lucide-react";
import { useAction } from "@/api/action";
import { save } from "@/api/download";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Checkbox } from "@/components/field";
import { type Column, Table } from "@/components/table";
import { count } from "@/format/numbers";
import { rows as rowsOf } from "../batch/words";
import { type BadRow, badRowsCsv } from "./bad-rows";

/** Where a bad row is, and what is wrong with it. */
export const PROBLEM_COLUMNS: Column<BadRow>[] = [
  { head: "Row", cell: (row) => count(row.row), right: true },
  { head: "Line", cell: (row) => count(row.line), right: true, wide: true },
  { head: "Column", cell: (row) => row.column ?? "–" },
  { head: "Problem", cell: (row) => <span className="break-words">{row.reason}</span> },
];

/** Every row that cannot be run, with its place and its reason. */
export function Problems({
  rows,
  bad,
  total,
  all,
  skip,
  onSkip,
}: {
  rows: readonly BadRow[];
  bad: number;
  total: number;
  /** Save every bad row, where there are more than are listed. */
  all: () => Promise<void>;
  skip: boolean;
  onSkip: (skip: boolean) => void;
}) {
  const saving = useAction(async () => {
    if (hidden > 0) await all();
    else save(new Blob([`\ufeff${badRowsCsv(rows)}`], { type: "text/csv" }), "bad-rows.csv");
  });
  const hidden = bad - new Set(rows.map((one) => one.row)).size;
  if (bad === 0) return null;
  return (
    <Card
      title={`${rowsOf(bad)} cannot be run`}
      note={`of ${count(total)}`}
      actions={
        <Button size="small" icon={<Download />} busy={saving.isPending} onClick={() => saving.mutate()}>
          {hidden > 0 ? `Download all ${count(bad)}` : "Download the list"}
        </Button>
      }
    >
      <div className="max-h-72 overflow-auto">
        <Table
          label="Rows that cannot be run"
          columns={PROBLEM_COLUMNS}
          rows={rows}
          rowKey={(row) => `${row.row} ${row.column} ${row.reason}`}
        />
      </div>
      <div className="flex flex-col gap-1 px-4 py-3">
        {hidden > 0 && <p className="text-xs text-muted">{rowsOf(hidden)} more like these are in the download only.</p>}
        {bad < total && (
          <Checkbox
            label={`Skip them and run the other ${rowsOf(total - bad)}`}
            help="Skipped rows stay in the results with their problem."
            checked={skip}
            onChange={(event) => onSkip(event.target.checked)}
          />
        )}
      </div>
    </Card>
  );
}
