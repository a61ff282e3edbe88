// biome-ignore-all lint/a11y/useSemanticElements: the elements of a table cannot be placed by their offset
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";
import { Status } from "@/components/status";
import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { type Filter, type Sort, sortedBy } from "./filters";
import type { BatchRow } from "./rows";

/** One template for head and rows, so that they stand in line; a telephone shows number, text and status. */
export const GRID =
  "grid items-center gap-x-3 px-4 grid-cols-[1.25rem_3.5rem_minmax(0,1fr)_auto] md:grid-cols-[1.25rem_4rem_minmax(0,1fr)_minmax(0,1.7fr)_7rem_4.5rem_4.5rem_5rem]";

const COLUMNS: readonly { label: string; sort?: Sort; className?: string }[] = [
  { label: "#", sort: "row" },
  { label: "Inputs" },
  { label: "Output", className: "max-md:hidden" },
  { label: "Status", className: "max-md:justify-end" },
  { label: "Time", sort: "duration", className: "justify-end max-md:hidden" },
  { label: "Tokens", sort: "tokens", className: "justify-end max-md:hidden" },
  { label: "Cost", sort: "cost", className: "justify-end max-md:hidden" },
];

export function Head({ filter, change }: { filter: Filter; change: (change: Partial<Filter>) => void }) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={`${GRID} sticky top-0 z-10 h-9 border-y border-line bg-sunken text-xs text-muted`}
    >
      <span role="columnheader">
        <span className="sr-only">Choose</span>
      </span>
      {COLUMNS.map(({ label, sort, className = "" }) => (
        <span
          key={label}
          role="columnheader"
          aria-sort={sort && filter.sort === sort ? (filter.order === "asc" ? "ascending" : "descending") : undefined}
          className={`flex min-w-0 items-center ${className}`}
        >
          {sort ? <SortButton {...{ label, sort, filter, change }} /> : label}
        </span>
      ))}
    </div>
  );
}

function SortButton({
  label,
  sort,
  filter,
  change,
}: {
  label: string;
  sort: Sort;
  filter: Filter;
  change: (change: Partial<Filter>) => void;
}) {
  const Arrow = filter.order === "asc" ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      title={`Sort by ${label === "#" ? "row" : label.toLowerCase()}`}
      onClick={() => change(sortedBy(filter, sort))}
      className="inline-flex items-center gap-1 rounded hover:text-text"
    >
      {label}
      {filter.sort === sort && <Arrow className="size-3" aria-hidden="true" />}
    </button>
  );
}

/** Drawn again only when its row has changed. */
export const Row = memo(function Row({
  row,
  isChosen,
  onChoose,
}: {
  row: BatchRow | undefined;
  isChosen: boolean;
  onChoose: (row: number, isChosen: boolean) => void;
}) {
  if (!row) return <Placeholder />;
  const again = row.state === "failed" || row.state === "cancelled";
  const [first, ...others] = Object.values(row.inputs);
  const output = row.error ?? row.output ?? "";
  return (
    <>
      <span role="gridcell">
        {again && (
          <input
            type="checkbox"
            aria-label={`Choose row ${row.row}`}
            checked={isChosen}
            onClick={(event) => event.stopPropagation()}
            onChange={(event) => onChoose(row.row, event.target.checked)}
            className="block size-4 accent-brand"
          />
        )}
      </span>
      <span role="gridcell" className="truncate text-muted">
        {count(row.row)}
      </span>
      <span role="gridcell" className="min-w-0">
        <span className="block truncate">
          {first}
          {others.length > 0 && <span className="text-muted"> · {others.join(" · ")}</span>}
        </span>
        <span className={`block truncate text-xs md:hidden ${row.error ? "text-bad" : "text-muted"}`}>{output}</span>
      </span>
      <span role="gridcell" className={`truncate max-md:hidden ${row.error ? "text-bad" : "text-muted"}`}>
        {output}
      </span>
      <span role="gridcell" className="max-md:justify-self-end">
        <Status state={row.state} />
      </span>
      <span role="gridcell" className="text-right max-md:hidden">
        {row.duration_ms === null ? "–" : duration(row.duration_ms)}
      </span>
      <span role="gridcell" className="text-right max-md:hidden">
        {row.usage.total_tokens ? count(row.usage.total_tokens) : "–"}
      </span>
      <span role="gridcell" className="text-right max-md:hidden">
        {money(row.cost)}
      </span>
    </>
  );
});

function Placeholder() {
  return (
    <span role="gridcell" className="col-span-full" aria-busy="true">
      <span className="block h-3 w-2/3 animate-pulse-soft rounded bg-hover" />
    </span>
  );
}
