import type { Batch } from "./live";

export const SORTS = ["row", "duration", "tokens", "cost", "attempts"] as const;
export type Sort = (typeof SORTS)[number];

/** What the table shows, as its address says it. */
export type Filter = {
  show: string;
  error: string;
  q: string;
  sort: Sort;
  order: "asc" | "desc";
  /** A time of ending, in seconds since the epoch: what is brushed in the charts. */
  from: number | null;
  to: number | null;
};

/** What the segmented control offers, with the states that each stands for. */
export const SHOWN: readonly {
  value: string;
  label: string;
  states: readonly (keyof Batch["counts"])[];
  rare?: true;
}[] = [
  { value: "all", label: "All", states: [] },
  { value: "completed", label: "Completed", states: ["completed"] },
  { value: "failed", label: "Failed", states: ["failed"] },
  { value: "running", label: "Running", states: ["running"] },
  { value: "waiting", label: "Waiting", states: ["queued", "waiting"] },
  { value: "cancelled", label: "Cancelled", states: ["cancelled"], rare: true },
  { value: "invalid", label: "Skipped", states: ["invalid"], rare: true },
];

export function readFilter(params: URLSearchParams): Filter {
  const show = params.get("show") ?? "all";
  const sort = params.get("sort") as Sort;
  return {
    show: SHOWN.some((one) => one.value === show) ? show : "all",
    error: params.get("error") ?? "",
    q: params.get("q") ?? "",
    sort: SORTS.includes(sort) ? sort : "row",
    order: params.get("order") === "desc" ? "desc" : "asc",
    from: second(params.get("from")),
    to: second(params.get("to")),
  };
}

function second(text: string | null): number | null {
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

const DEFAULTS: Record<string, string> = { show: "all", sort: "row", order: "asc" };

/** The address with a change of the filter; what is as ever is left out of it. */
export function withFilter(params: URLSearchParams, change: Partial<Filter>): URLSearchParams {
  const changed = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    const text = value === null ? "" : String(value);
    if (text === "" || text === DEFAULTS[name]) changed.delete(name);
    else changed.set(name, text);
  }
  return changed;
}

/** The query of `GET /v1/batches/{id}/rows`. */
export function rowsQuery(filter: Filter): Record<string, string> {
  const states = SHOWN.find((one) => one.value === filter.show)?.states ?? [];
  return {
    ...(states.length > 0 && { state: states.join(",") }),
    ...(filter.error && { error_code: filter.error }),
    ...(filter.q.trim() && { q: filter.q.trim() }),
    ...((filter.sort !== "row" || filter.order === "desc") && { sort: filter.sort, order: filter.order }),
    ...(filter.from !== null && { from: iso(filter.from) }),
    ...(filter.to !== null && { to: iso(filter.to) }),
  };
}

const iso = (s: number) => new Date(s * 1000).toISOString();

export const isNarrowed = (filter: Filter): boolean =>
  Boolean(filter.error || filter.q.trim() || filter.from !== null || filter.to !== null);

/** How many rows a choice of the segmented control has. */
export function countOf(counts: Batch["counts"], value: string): number {
  const states = SHOWN.find((one) => one.value === value)?.states ?? [];
  return states.length === 0 ? counts.total : states.reduce((sum, state) => sum + counts[state], 0);
}

/** The choices to offer: rare ones only where there is such a row. */
export function choices(counts: Batch["counts"], chosen: string) {
  return SHOWN.filter((one) => !one.rare || one.value === chosen || countOf(counts, one.value) > 0);
}

/** What a click on a column's head asks for: the other order of the same column, or a new column, largest first. */
export function sortedBy(filter: Filter, sort: Sort): Partial<Filter> {
  if (filter.sort === sort) return { sort, order: filter.order === "asc" ? "desc" : "asc" };
  return { sort, order: sort === "row" ? "asc" : "desc" };
}
