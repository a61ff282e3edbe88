import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, body, type Schemas } from "@/api/client";
import { follow } from "@/api/events";
import { Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import { isOver } from "./words";

export type Batch = Schemas["BatchShape"];

/** A batch as its stream tells it: `pace` and `eta_s` are about now, and null or absent when nothing is known. */
export type LiveBatch = Batch & {
  limited_by?: string | null;
  pace?: { rows_per_s: number; tokens_per_s: number } | null;
  eta_s?: { low: number; high: number } | null;
};

export const batchKey = (id: string) => ["batch", id];

export function takeIn(batch: LiveBatch) {
  queries.setQueryData(batchKey(batch.id), (was: LiveBatch | undefined) => ({ ...was, ...batch }));
}

/** The batch as it stands, and nothing more often than it changes. */
export function useBatch(id: string) {
  return useQuery<LiveBatch>({
    queryKey: batchKey(id),
    queryFn: () => body(api.GET("/v1/batches/{batch_id}", { params: { path: { batch_id: id } } })),
  });
}

const AGAIN_MS = 1_000;

/** Keep `useBatch` up to date while the batch lives. True while the server does not answer. */
export function useFollowing(id: string, batch: LiveBatch | undefined): boolean {
  const [isLost, setLost] = useState(false);
  const live = batch !== undefined && !isOver(batch);
  useEffect(() => {
    if (!live) return;
    const gone = new AbortController();
    void keepUp(id, gone.signal, setLost);
    return () => {
      gone.abort();
      setLost(false);
    };
  }, [id, live]);
  return isLost;
}

/** A stream also ends when its server stops in good order, so the batch says whether it is over, not the stream. */
async function keepUp(id: string, signal: AbortSignal, lost: (isLost: boolean) => void) {
  let seen = "";
  while (!signal.aborted) {
    let over = false;
    try {
      seen = await follow(
        `/v1/batches/${encodeURIComponent(id)}/events`,
        signal,
        ({ event, data }) => {
          if (event === "deleted") return void queries.invalidateQueries({ queryKey: batchKey(id) });
          const batch = JSON.parse(data) as LiveBatch;
          over = isOver(batch);
          takeIn(batch);
        },
        lost,
        seen,
      );
    } catch (error) {
      if (error instanceof Problem) void queries.invalidateQueries({ queryKey: batchKey(id) });
      return;
    }
    if (over || signal.aborted) return;
    lost(true);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
