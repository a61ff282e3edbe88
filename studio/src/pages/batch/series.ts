import type { Schemas } from "@/api/client";

/** The life of a batch in steps: `at` begins a point of `step_s` seconds. */
export type Series = Schemas["BatchSeries"];
export type Point = Schemas["SeriesPoint"];

type Values = (number | null)[];

/** Seconds since the epoch at which the points begin. */
export const times = (series: Series): number[] => series.points.map((one) => Date.parse(one.at) / 1000);

/** A point that has lasted for less than this share of its time says nothing about a rate yet. */
const TOO_YOUNG = 0.3;

/** How many seconds a point has lasted; the last one may not be over. */
function lasted(series: Series, point: Point): number {
  const soFar = (Date.parse(series.as_of) - Date.parse(point.at)) / 1000;
  return Math.min(series.step_s, soFar);
}

/** Rows a second: completed, failed. */
export function rates(series: Series): [Values, Values] {
  const per = (told: (point: Point) => number) =>
    series.points.map((point) => {
      const s = lasted(series, point);
      return s < series.step_s * TOO_YOUNG ? null : told(point) / s;
    });
  return [per((point) => point.completed), per((point) => point.failed)];
}

/** Milliseconds: half of the rows took less, 95 of 100 took less. */
export const latencies = (series: Series): [Values, Values] => [
  series.points.map((point) => point.p50_ms),
  series.points.map((point) => point.p95_ms),
];

/** Dollars spent up to the end of each point. */
export function spend(series: Series): number[] {
  let sum = 0;
  return series.points.map((point) => {
    sum += point.cost;
    return sum;
  });
}

export const OTHERS = "others";

/** Failed rows by class, the most frequent classes first, and the rest together. */
export function errorClasses(series: Series, most = 4): { code: string; values: number[] }[] {
  const sums = new Map<string, number>();
  for (const point of series.points)
    for (const [code, rows] of Object.entries(point.errors)) sums.set(code, (sums.get(code) ?? 0) + rows);
  const codes = [...sums].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([code]) => code);
  const named = codes.length > most ? codes.slice(0, most - 1) : codes;
  const found = named.map((code) => ({ code, values: series.points.map((point) => point.errors[code] ?? 0) }));
  if (codes.length > named.length) {
    const rest = codes.slice(named.length);
    const values = series.points.map((point) => rest.reduce((sum, code) => sum + (point.errors[code] ?? 0), 0));
    found.push({ code: OTHERS, values });
  }
  return found;
}

/** Values stacked on each other, the first at the bottom. */
export function stacked(layers: readonly number[][]): number[][] {
  const tops: number[] = [];
  return layers.map((values) =>
    values.map((value, at) => {
      tops[at] = (tops[at] ?? 0) + value;
      return tops[at];
    }),
  );
}

/** The latency that 95 of 100 rows stayed under, at the last time any ended. */
export function latestP95(series: Series | undefined): number | null {
  return series?.points.findLast((point) => point.p95_ms !== null)?.p95_ms ?? null;
}
