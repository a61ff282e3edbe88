import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { queries } from "@/api/queries";
import { takeIn } from "../batch/live";
import type { Source } from "./source";
import { type Sent, upload } from "./upload";

/** Start a batch: the same rows with the same options go under the same key, however often they are sent. */
export function useStarting(agentId: string, source: Source | null, query: string) {
  const navigate = useNavigate();
  const [sent, setSent] = useState<Sent | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef({ of: "", source: null as Source | null, key: "" });
  const stopping = useRef<AbortController>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was refused is another thing now
  useEffect(() => setError(null), [source, query]);
  useEffect(() => () => stopping.current?.abort(), []);
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [busy]);

  const start = async () => {
    if (!source) return;
    if (key.current.of !== query || key.current.source !== source)
      key.current = { of: query, source, key: `studio-${crypto.randomUUID()}` };
    const gone = new AbortController();
    stopping.current = gone;
    setBusy(true);
    setError(null);
    setSent(null);
    try {
      const path = `/v1/applications/${encodeURIComponent(agentId)}/batches?${query}`;
      const batch = await upload(path, source, key.current.key, setSent, gone.signal);
      takeIn(batch);
      void queries.invalidateQueries({ queryKey: ["batches"] });
      await navigate(`/batches/${batch.id}`);
    } catch (problem) {
      if (!gone.signal.aborted) setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { start, stop: () => stopping.current?.abort(), sent, busy, error };
}
