// biome-ignore-all lint/a11y/useSemanticElements: the elements of a table cannot be placed by their offset
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: as above: the grid hears the keys
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "@/components/button";
import { Empty, Failed, Loading } from "@/components/states";
import { count } from "@/format/numbers";
import { GRID, Head, Row } from "./columns";
import { type Filter, isNarrowed } from "./filters";
import { moved } from "./pages";
import { type BatchRow, useRows } from "./rows";

const HEAD_PX = 36;
const ROW_PX = 40;
const SMALL_ROW_PX = 56;
const OVERSCAN = 6;
/** The rows under a scroll bar that is dragged are not asked for one page after the other. */
const SETTLED_MS = 90;

const small = typeof matchMedia === "undefined" ? null : matchMedia("(max-width: 767px)");
const subscribe = (listener: () => void) => {
  small?.addEventListener("change", listener);
  return () => small?.removeEventListener("change", listener);
};

type Shown = {
  id: string;
  query: Record<string, string>;
  filter: Filter;
  change: (change: Partial<Filter>) => void;
  live: boolean;
  onOpen: (row: number, index: number) => void;
  chosen: ReadonlySet<number>;
  onChoose: (chosen: ReadonlySet<number>) => void;
};

/** A hundred thousand rows, of which a screenful is in the document. Arrow keys move, Enter opens. */
export function Table({ id, query, filter, change, live, onOpen, chosen, onChoose }: Shown) {
  const scroller = useRef<HTMLDivElement>(null);
  const isSmall = useSyncExternalStore(subscribe, () => small?.matches ?? false);
  const rowPx = isSmall ? SMALL_ROW_PX : ROW_PX;
  const [range, setRange] = useState({ first: 0, last: 40 });
  const { total, rowAt, first, isStale } = useRows(id, query, range, live);
  const [active, setActive] = useState(0);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    scrollPaddingStart: HEAD_PX,
  });
  const items = rows.getVirtualItems();
  useSettled(items[0]?.index ?? 0, items.at(-1)?.index ?? 0, setRange);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another size of rows, or another filter, starts anew
  useEffect(() => rows.measure(), [rowPx]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setActive(0);
  }, [query]);

  const chooseRow = useChoosing(chosen, onChoose);
  const open = (index: number) => {
    const row = rowAt(index);
    setActive(index);
    if (row) onOpen(row.row, index);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    if (event.key === "Enter") return open(active);
    const to = moved(event.key, active, total, Math.floor((scroller.current?.clientHeight ?? 400) / rowPx) - 1);
    if (to === null) return;
    event.preventDefault();
    setActive(to);
    rows.scrollToIndex(to);
  };

  if (first.error && !first.data) return <Failed error={first.error} retry={() => void first.refetch()} />;
  if (!first.data) return <Loading lines={8} />;
  if (total === 0) return <Nothing filter={filter} change={change} />;
  return (
    <>
      <div
        ref={scroller}
        role="grid"
        aria-label="Rows of the batch"
        aria-rowcount={total + 1}
        aria-activedescendant={`row-${active}`}
        aria-busy={isStale}
        tabIndex={0}
        onKeyDown={pressed}
        className="group max-h-[calc(100dvh-9rem)] overflow-auto rounded-b-xl focus-visible:outline-none"
        style={{ height: HEAD_PX + total * rowPx + 2 }}
      >
        <Head filter={filter} change={change} />
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map((item) => (
            <div
              key={item.key}
              id={`row-${item.index}`}
              role="row"
              aria-rowindex={item.index + 2}
              onClick={() => open(item.index)}
              className={`${GRID} absolute inset-x-0 top-0 cursor-pointer border-b border-line hover:bg-hover ${item.index === active ? "group-focus-visible:bg-brand-soft group-focus-visible:outline-2 group-focus-visible:-outline-offset-2 group-focus-visible:outline-brand-text" : ""} ${isStale ? "opacity-60" : ""}`}
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              <TableRow row={rowAt(item.index)} chosen={chosen} onChoose={chooseRow} />
            </div>
          ))}
        </div>
      </div>
      <p className="sr-only" role="status">
        {count(total)} rows
      </p>
    </>
  );
}

/** The same function for all the table's life, so that a row is not drawn again for another one's tick. */
function useChoosing(chosen: ReadonlySet<number>, onChoose: (chosen: ReadonlySet<number>) => void) {
  const latest = useRef({ chosen, onChoose });
  latest.current = { chosen, onChoose };
  return useCallback((row: number, isChosen: boolean) => {
    const changed = new Set(latest.current.chosen);
    if (isChosen) changed.add(row);
    else changed.delete(row);
    latest.current.onChoose(changed);
  }, []);
}

function TableRow({
  row,
  chosen,
  onChoose,
}: {
  row: BatchRow | undefined;
  chosen: ReadonlySet<number>;
  onChoose: (row: number, isChosen: boolean) => void;
}) {
  return <Row row={row} isChosen={row !== undefined && chosen.has(row.row)} onChoose={onChoose} />;
}

function useSettled(first: number, last: number, settled: (range: { first: number; last: number }) => void) {
  useEffect(() => {
    const timer = setTimeout(() => settled({ first, last }), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [first, last, settled]);
}

function Nothing({ filter, change }: { filter: Filter; change: (change: Partial<Filter>) => void }) {
  if (!isNarrowed(filter) && filter.show === "all")
    return <Empty title="No rows yet">They appear as the file is read.</Empty>;
  return (
    <Empty
      title="No row is like that"
      action={
        <Button onClick={() => change({ show: "all", error: "", q: "", from: null, to: null })}>Show all rows</Button>
      }
    >
      {filter.q ? `Nothing contains “${filter.q}” among the rows that are shown.` : "No row is in this state now."}
    </Empty>
  );
}
