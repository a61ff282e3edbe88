import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useDark } from "@/frame/theme";

export type Series = {
  label: string;
  /** A token of styles.css without its dashes: "brand", "bad" … */
  color: string;
  kind?: "line" | "area" | "bars";
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
  /** Without a legend of its own, where the page tells the values: `onPoint` hears which one the pointer is at. */
  bare?: boolean;
  onPoint?: (index: number | null) => void;
  /** Room before the first moment and after the last, in seconds: bars are wider than a moment. */
  margin?: number;
  /** Charts of one name show the same moment under the pointer. */
  together?: string;
  /** A stretch of time was chosen with the mouse (seconds), or taken back with a double click (null). */
  onBrush?: (range: [number, number] | null) => void;
};

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
/** What may lie between two marks of time, in seconds: never less than one. */
const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
];
const LETTER_PX = 7;
const LEAST_AXIS_PX = 48;
/** Room for the longest mark. */
const widthOf = (_plot: uPlot, marks: string[] | null) =>
  Math.max(LEAST_AXIS_PX, 14 + LETTER_PX * Math.max(0, ...(marks ?? []).map((mark) => mark.length)));
/** One value makes no line: it is shown as a point. */
const isAlone = (plot: uPlot, series: number) =>
  (plot.data[series] ?? []).filter((value) => value !== null && value !== undefined).length < 2;
const FONT = '12px "Inter Variable", system-ui, sans-serif';

function options(
  { series, height = 180, bare = false, margin = 0, together }: Props,
  width: number,
  told: { brush?: Props["onBrush"]; point: (index: number | null) => void },
): uPlot.Options {
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
    padding: [8, bare ? 28 : 8, 0, 0],
    legend: { show: !bare },
    cursor: {
      drag: { x: told.brush !== undefined, y: false, setScale: false },
      points: { size: 6 },
      ...(together ? { sync: { key: together } } : {}),
    },
    scales: {
      ...(margin > 0 && { x: { range: (_plot, from, to) => [from - margin, to + margin] } }),
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        ...(bare ? { size: 30 } : {}),
        space: 70,
        incrs: SECONDS,
        values: [
          [60, "{HH}:{mm}", null, null, null, null, null, null, 1],
          [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1],
        ],
      },
      { ...axis, size: widthOf, values: (_plot, ticks) => ticks.map((tick) => first?.format(tick) ?? String(tick)) },
    ],
    series: [
      { label: "Time", value: "{HH}:{mm}:{ss}" },
      ...series.map((one) => ({
        label: one.label,
        stroke: token(one.color),
        width: 1.5,
        points: { show: one.kind === "bars" ? false : isAlone },
        value: (_plot: uPlot, value: number | null) =>
          value === null || value === undefined ? "–" : one.format(value),
        ...(one.dashed ? { dash: [5, 4] } : {}),
        ...(one.kind === "area" ? { fill: `color-mix(in oklab, ${token(one.color)} 14%, transparent)` } : {}),
        ...(one.kind === "bars" ? { paths: uPlot.paths.bars?.({ size: [0.7, 28] }), fill: token(one.color) } : {}),
      })),
    ],
    hooks: {
      setCursor: [(plot) => told.point(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width: across } = plot.select;
          if (across <= 2) return;
          told.brush?.([plot.posToVal(left, "x"), plot.posToVal(left + across, "x")]);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
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
    const told = {
      point: (index: number | null) => latest.current.onPoint?.(index),
      ...(latest.current.onBrush && { brush: (range: [number, number] | null) => latest.current.onBrush?.(range) }),
    };
    const made = new uPlot(options(latest.current, element.clientWidth, told), latest.current.data, element);
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
      style={{ minHeight: (props.height ?? 180) + (props.bare ? 0 : 28) }}
    />
  );
}
