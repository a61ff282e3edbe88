/** What the list shows, as its address says it. */
export type Filter = { state: string; agent: string; batch: string; error: string; since: string };

/** What the segmented control offers, and the states that each stands for. */
export const STATES = [
  { value: "all", label: "All", states: "" },
  { value: "open", label: "In progress", states: "queued,running,waiting" },
  { value: "completed", label: "Completed", states: "completed" },
  { value: "failed", label: "Failed", states: "failed" },
  { value: "cancelled", label: "Cancelled", states: "cancelled" },
] as const;

export const SINCE = [
  { value: "", label: "any time", hours: 0 },
  { value: "1h", label: "last hour", hours: 1 },
  { value: "24h", label: "last 24 hours", hours: 24 },
  { value: "7d", label: "last 7 days", hours: 168 },
  { value: "30d", label: "last 30 days", hours: 720 },
] as const;

export const ERRORS = [
  "deadline_exceeded",
  "file_missing",
  "file_not_ready",
  "graph_missing",
  "input_refused",
  "invalid_output",
  "schema_error",
  "model_authentication",
  "model_content_refused",
  "model_not_found",
  "model_quota_exhausted",
  "model_rate_limited",
  "model_refused",
  "model_timeout",
  "model_unavailable",
  "not_supported",
  "output_too_large",
  "poison",
  "url_failed",
  "worker_lost",
  "internal",
] as const;

/** The value of `batch` for jobs that belong to none. */
export const NO_BATCH = "none";

export function readFilter(params: URLSearchParams): Filter {
  const text = (name: string) => params.get(name) ?? "";
  const known = STATES.some((one) => one.value === text("state"));
  return {
    state: known ? text("state") : "all",
    agent: text("agent"),
    batch: text("batch"),
    error: text("error"),
    since: SINCE.some((one) => one.value === text("since")) ? text("since") : "",
  };
}

/** The address of a changed filter. An error is one of failed jobs only. */
export function writeFilter(filter: Filter, change: Partial<Filter>): Record<string, string> {
  const changed = { ...filter, ...change };
  if (change.error) changed.state = "failed";
  if (change.state && change.state !== "failed") changed.error = "";
  const entries = Object.entries(changed).filter(
    ([name, value]) => value !== "" && !(name === "state" && value === "all"),
  );
  return Object.fromEntries(entries);
}

const HOUR_MS = 3_600_000;
/** Times are told by the minute, so that the same question is asked again and not ever another one. */
const MINUTE_MS = 60_000;

/** The query of `GET /v1/jobs`. */
export function jobsQuery(filter: Filter, now: number): Record<string, string> {
  const states = STATES.find((one) => one.value === filter.state)?.states ?? "";
  const hours = SINCE.find((one) => one.value === filter.since)?.hours ?? 0;
  const from = new Date(Math.floor((now - hours * HOUR_MS) / MINUTE_MS) * MINUTE_MS).toISOString();
  return {
    ...(states && { state: states }),
    ...(filter.agent && { application_id: filter.agent }),
    ...(filter.batch && { batch_id: filter.batch }),
    ...(filter.error && { error_code: filter.error }),
    ...(hours > 0 && { from }),
  };
}

export const isFiltered = (filter: Filter): boolean =>
  filter.state !== "all" || Boolean(filter.agent || filter.batch || filter.error || filter.since);
