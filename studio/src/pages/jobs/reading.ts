import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body, type Schemas } from "@/api/client";
import { useNow } from "@/components/time";
import { type Filter, jobsQuery } from "./filters";

/** A job in a list: its inputs and its output are cut short. */
export type JobLine = Schemas["JobLineShape"];

const SIZE = 50;
const LIVE_MS = 4_000;

/** Jobs of all agents, newest first, a page after the other; the first page is kept up to date while it is the only one. */
export function useJobs(filter: Filter) {
  const now = useNow();
  const query = jobsQuery(filter, now);
  const found = useInfiniteQuery({
    queryKey: ["jobs", query],
    queryFn: ({ pageParam, signal }) => pageOf(query, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.has_more ? last.next : null),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? LIVE_MS : false),
    placeholderData: (was) => was,
  });
  const jobs = useMemo(() => distinct(found.data?.pages.flatMap((page) => page.data) ?? []), [found.data]);
  return { ...found, jobs };
}

function pageOf(query: Record<string, string>, before: string | null, signal: AbortSignal) {
  const asked = { ...query, limit: String(SIZE), ...(before && { before }) };
  return body(api.GET("/v1/jobs", { params: { query: asked }, signal }));
}

const distinct = (jobs: JobLine[]) => [...new Map(jobs.map((one) => [one.id, one])).values()];
