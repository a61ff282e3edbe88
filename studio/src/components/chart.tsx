import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useDark } from "@/frame/theme";

export type Series = {
  label: string;
  /** A token of styles.css without its dashes: "brand", "bad" … */
  color: string;
  kind?: "line" | "bars";
  dashed?: boolean;
  format: (value: number) => string;
};

type Props = {
  /** What the chart shows, for those who cannot see it. */
  label: string;
  /** Seconds since 1970, then the values of each series; null is a gap. */
  data: uPlot.AlignedData;
  series: readonly Series[];
  height?: number;
  /** A stretch of time was chosen with the mouse (seconds), or taken back with a double click (null). */
  onBrush?: (range: [number, number] | null) => void;
};

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const FONT = '12px "Inter Variable", system-ui, sans-serif';

function options({ series, height = 180, onBrush }: Props, width: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: token("muted"),
    font: FONT,
    grid: { stroke: token("line"), width: 1 },
    ticks: { show: false },
  };
  const first = series[0];
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    cursor: { drag: { x: onBrush !== undefined, y: false, setScale: false }, points: { size: 6 } },
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      {
        ...axis,
        space: 70,
        values: [
          [60, "{HH}:{mm}", null, null, null, null, null, null, 1],
          [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1],
        ],
      },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map((tick) => first?.format(tick) ?? String(tick)) },
    ],
    series: [
      { label: "Time", value: "{HH}:{mm}:{ss}" },
      ...series.map((one) => ({
        label: one.label,
        stroke: token(one.color),
        width: 1.5,
        points: { show: false },
        value: (_plot: uPlot, value: number | null) =>
          value === null || value === undefined ? "–" : one.format(value),
        ...(one.dashed ? { dash: [5, 4] } : {}),
        ...(one.kind === "bars" ? { paths: uPlot.paths.bars?.({ size: [0.7, 28] }), fill: token(one.color) } : {}),
      })),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: across } = plot.select;
          if (across > 2) onBrush?.([plot.posToVal(left, "x"), plot.posToVal(left + across, "x")]);
        },
      ],
    },
  };
}

/** A chart over time, drawn again only when its data changed; colours follow the theme. */
export default function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useDark();
  const shape = JSON.stringify(props.series.map((one) => [one.label, one.color, one.kind])) + dark;
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew for other series or another theme only
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(options(latest.current, element.clientWidth), latest.current.data, element);
    plot.current = made;
    const back = () => latest.current.onBrush?.(null);
    made.over.addEventListener("dblclick", back);
    const sizes = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: latest.current.height ?? 180 }),
    );
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(props.data);
  }, [props.data]);

  return (
    <div
      ref={box}
      role="img"
      aria-label={props.label}
      className="min-w-0"
      style={{ minHeight: (props.height ?? 180) + 28 }}
    />
  );
}
