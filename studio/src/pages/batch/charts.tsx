import { useMemo } from "react";
import { Card } from "@/components/card";
import { Failed, Loading } from "@/components/states";
import { abbreviated, count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { Chart, type Line } from "./chart";
import { useSeries } from "./rows";
import { errorClasses, latencies, rates, type Series, spend, stacked, times } from "./series";

const ERROR_COLORS = ["bad", "warn", "info", "muted"];

/** The life of a batch so far: rate, latency, errors, spend. Dragging over one chooses rows by the time they ended. */
export function Charts({
  id,
  live,
  onBrush,
}: {
  id: string;
  live: boolean;
  onBrush: (range: [number, number] | null) => void;
}) {
  const { data, error, refetch } = useSeries(id, live);
  if (error && !data)
    return (
      <Card>
        <Failed error={error} retry={() => void refetch()} />
      </Card>
    );
  if (!data)
    return (
      <Card className="min-h-96">
        <Loading lines={6} />
      </Card>
    );
  return <Drawn series={data} onBrush={onBrush} />;
}

function Drawn({ series, onBrush }: { series: Series; onBrush: (range: [number, number] | null) => void }) {
  const at = useMemo(() => times(series), [series]);
  const lines = useMemo(() => linesOf(series), [series]);
  const nothing = at.length === 0;
  if (nothing) {
    return (
      <Card>
        <p className="px-4 py-6 text-center text-sm text-muted">Charts appear when the first rows have ended.</p>
      </Card>
    );
  }
  return (
    <Card className="grid divide-line max-lg:divide-y lg:grid-cols-2 lg:[&>*:nth-child(even)]:border-l lg:[&>*:nth-child(n+3)]:border-t">
      <Chart title="Rate" times={at} lines={lines.rate} format={perSecond} onBrush={onBrush} />
      <Chart title="Latency" times={at} lines={lines.latency} format={duration} onBrush={onBrush} />
      <Chart
        title="Errors"
        times={at}
        lines={lines.errors}
        format={count}
        onBrush={onBrush}
        none="No row has failed."
      />
      <Chart title="Spend" times={at} lines={lines.spend} format={money} onBrush={onBrush} />
    </Card>
  );
}

const perSecond = (value: number) => `${value >= 10 ? abbreviated(Math.round(value)) : value.toFixed(1)} /s`;

function linesOf(series: Series): Record<"rate" | "latency" | "errors" | "spend", Line[]> {
  const [completed, failed] = rates(series);
  const [half, most] = latencies(series);
  const classes = errorClasses(series, ERROR_COLORS.length);
  const tops = stacked(classes.map((one) => one.values));
  // Bars are drawn over each other, so the highest comes first.
  const errors = classes
    .map((one, at): Line => {
      const color = ERROR_COLORS[at] ?? "muted";
      return { label: one.code, color, values: tops[at] ?? [], told: one.values, kind: "bars" };
    })
    .reverse();
  return {
    rate: [
      { label: "completed", color: "brand", values: completed, kind: "area" },
      { label: "failed", color: "bad", values: failed },
    ],
    latency: [
      { label: "p50", color: "info", values: half },
      { label: "p95", color: "warn", values: most },
    ],
    errors,
    spend: [{ label: "dollars", color: "good", values: spend(series), kind: "area" }],
  };
}
