import { Search, X } from "lucide-react";
import { memo, useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { TextField } from "@/components/field";
import { Segmented } from "@/components/segmented";
import { abbreviated } from "@/format/numbers";
import { exactClock } from "@/format/times";
import { choices, countOf, type Filter, readFilter, rowsQuery, withFilter } from "./filters";
import type { Batch, LiveBatch } from "./live";
import { Table } from "./table";

const TYPING_MS = 300;

/** The filter that the address says, and a way to change it. */
export function useFilter(): [Filter, (change: Partial<Filter>) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (changed: Partial<Filter>) => setParams((now) => withFilter(now, changed), { replace: true }),
    [setParams],
  );
  return [useMemo(() => readFilter(params), [params]), change];
}

/** The rows of a batch: filtered, searched, sorted; a row opens beside the table. */
export function Results({
  batch,
  live,
  onOpen,
  chosen,
  onChoose,
}: {
  batch: LiveBatch;
  live: boolean;
  onOpen: (row: number, index: number) => void;
  chosen: ReadonlySet<number>;
  onChoose: (chosen: ReadonlySet<number>) => void;
}) {
  const [filter, change] = useFilter();
  const query = useMemo(() => rowsQuery(filter), [filter]);
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
        <h2 className="text-sm font-semibold">Rows</h2>
        <Shown counts={batch.counts} filter={filter} change={change} />
        <ErrorClass errors={batch.errors} filter={filter} change={change} />
        <Brushed filter={filter} change={change} />
        <SearchBox value={filter.q} onChange={(q) => change({ q })} />
      </div>
      <Rows {...{ id: batch.id, query, filter, change, live, onOpen, chosen, onChoose }} />
    </Card>
  );
}

/** The table knows nothing of the counts that change each second, so it is not drawn again for them. */
const Rows = memo(Table);

type Chosen = { filter: Filter; change: (change: Partial<Filter>) => void };

function Shown({ counts, filter, change }: Chosen & { counts: Batch["counts"] }) {
  const options = choices(counts, filter.show).map((one) => ({
    value: one.value,
    label: one.label,
    count: abbreviated(countOf(counts, one.value)),
  }));
  return (
    <Segmented
      label="Which rows"
      value={filter.show}
      onChange={(show) => change({ show, error: show === "failed" ? filter.error : "" })}
      options={options}
    />
  );
}

function ErrorClass({ errors, filter, change }: Chosen & { errors: Batch["errors"] }) {
  if (errors.length === 0 && !filter.error) return null;
  return (
    <select
      aria-label="Error"
      value={filter.error}
      onChange={(event) => change({ error: event.target.value, ...(event.target.value && { show: "failed" }) })}
      className="h-8 max-w-56 rounded-lg border border-line bg-surface px-2 text-xs hover:border-line-strong"
    >
      <option value="">any error</option>
      {errors.map((one) => (
        <option key={one.error_code} value={one.error_code}>
          {one.error_code} ({one.rows})
        </option>
      ))}
    </select>
  );
}

function Brushed({ filter, change }: Chosen) {
  if (filter.from === null && filter.to === null) return null;
  const words = [filter.from, filter.to].map((s) => (s === null ? "…" : exactClock(s * 1000))).join("–");
  return (
    <Button
      size="small"
      icon={<X />}
      onClick={() => change({ from: null, to: null })}
      aria-label={`Ended ${words}: show all times`}
    >
      ended {words}
    </Button>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="relative ml-auto w-56 max-sm:w-full">
      <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" aria-hidden="true" />
      <TextField
        label="Search rows"
        hideLabel
        type="search"
        placeholder="Search inputs and outputs"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="pl-8"
      />
    </div>
  );
}
