import { lazy, Suspense, useMemo, useState } from "react";
import type { Series } from "@/components/chart";
import { exactClock } from "@/format/times";

const Plot = lazy(() => import("@/components/chart"));

export type Line = Omit<Series, "format"> & {
  values: (number | null)[];
  /** What is told of a point where it differs from where it is drawn: bars that are stacked on each other. */
  told?: (number | null)[];
};

const HEIGHT = 148;

/** One figure over time: what its lines are stands above it, with the value under the pointer or else the latest. */
export function Chart({
  title,
  times,
  lines,
  format,
  onBrush,
  margin,
  together = "batch",
  none,
}: {
  title: string;
  times: number[];
  lines: readonly Line[];
  format: (value: number) => string;
  onBrush?: (range: [number, number] | null) => void;
  margin?: number;
  together?: string;
  /** Said where there is nothing to draw. */
  none?: string;
}) {
  const [at, setAt] = useState<number | null>(null);
  const shown = at ?? latest(lines);
  const data = useMemo(
    () => [times, ...lines.map((line) => line.values)] as [number[], ...(number | null)[][]],
    [times, lines],
  );
  const series = useMemo(() => lines.map((line) => ({ ...line, format })), [lines, format]);
  const told = lines.map((line) => `${line.label} ${valueAt(line, latest(lines), format)}`).join(", ");
  return (
    <figure className="min-w-0 px-4 pt-3 pb-2">
      <figcaption className="flex min-h-5 flex-wrap items-baseline gap-x-3 text-xs">
        <span className="font-medium">{title}</span>
        {lines.map((line) => (
          <span key={line.label} className="inline-flex items-baseline gap-1.5 text-muted">
            <span className="size-2 rounded-full" style={{ background: `var(--${line.color})` }} aria-hidden="true" />
            {line.label}
            <span className="text-text" data-number>
              {valueAt(line, shown, format)}
            </span>
          </span>
        ))}
        <span className="ml-auto text-muted" data-number>
          {at !== null && times[at] !== undefined ? exactClock(times[at] * 1000) : ""}
        </span>
      </figcaption>
      <div className="mt-1" style={{ minHeight: HEIGHT }}>
        {lines.length === 0 && (
          <p className="grid place-items-center text-sm text-muted" style={{ height: HEIGHT }}>
            {none}
          </p>
        )}
        <Suspense>
          {lines.length > 0 && (
            <Plot
              bare
              label={`${title}, lately: ${told}`}
              height={HEIGHT}
              onPoint={setAt}
              {...{ data, series, together, ...(onBrush && { onBrush }), ...(margin && { margin }) }}
            />
          )}
        </Suspense>
      </div>
    </figure>
  );
}

function latest(lines: readonly Line[]): number | null {
  const last = Math.max(-1, ...lines.map((line) => line.values.findLastIndex((value) => value !== null)));
  return last < 0 ? null : last;
}

function valueAt(line: Line, at: number | null, format: (value: number) => string): string {
  const value = at === null ? null : (line.told ?? line.values)[at];
  return value === null || value === undefined ? "–" : format(value);
}
