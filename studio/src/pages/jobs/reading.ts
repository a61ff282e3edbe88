import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body } from "@/api/client";
import { useNow } from "@/components/time";
import { type Filter, jobsQuery } from "./filters";
import type { JobLine, JobLines } from "./shapes";

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

async function pageOf(query: Record<string, string>, before: string | null, signal: AbortSignal): Promise<JobLines> {
  const asked = { ...query, limit: String(SIZE), ...(before && { before }) };
  return body<JobLines>(api.GET("/v1/jobs" as never, { params: { query: asked }, signal } as never) as never);
}

const distinct = (jobs: JobLine[]) => [...new Map(jobs.map((one) => [one.id, one])).values()];
