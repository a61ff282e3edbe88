import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { Job } from "./shapes";

const OPEN = new Set(["queued", "running", "waiting"]);
const LIVE_MS = 1_000;
/** A job that waits for long is looked at less often. */
const SLOW_MS = 4_000;
const FRESH_MS = 60_000;

export const isOpen = (job: Pick<Job, "state">): boolean => OPEN.has(job.state);
export const jobKey = (id: string) => ["job", id];

/** A job, looked at again and again until it has ended. */
export function useJob(id: string) {
  return useQuery<Job>({
    queryKey: jobKey(id),
    queryFn: () => body(api.GET("/v1/applications/jobs/{job_id}", { params: { path: { job_id: id } } })),
    refetchInterval: ({ state }) => {
      const job = state.data;
      if (job && !isOpen(job)) return false;
      return job && Date.now() - Date.parse(job.updated_at) > FRESH_MS ? SLOW_MS : LIVE_MS;
    },
  });
}

/** Its timeline and prompts, asked for again when the job has moved. */
export function useEvents(job: Job) {
  return useQuery({
    queryKey: [...jobKey(job.id), "events", job.updated_at],
    queryFn: () => body(api.GET("/v1/applications/jobs/{job_id}/events", { params: { path: { job_id: job.id } } })),
    placeholderData: (was) => was,
  });
}

export function usePrompts(job: Job, may: boolean) {
  return useQuery({
    queryKey: [...jobKey(job.id), "prompts", job.updated_at],
    queryFn: () => body(api.GET("/v1/applications/jobs/{job_id}/prompts", { params: { path: { job_id: job.id } } })),
    placeholderData: (was) => was,
    enabled: may,
  });
}
