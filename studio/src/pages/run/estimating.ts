import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { HEADERS, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Source } from "./source";

/** What the rows would take, read and checked by the server; asked again when the mapping or an option changes it. */
export function useEstimate(agentId: string, source: Source, query: string, mayAsk: boolean) {
  return useQuery({
    queryKey: ["estimate", agentId, numberOf(source.content), query],
    queryFn: ({ signal }) => estimate(agentId, source, query, signal),
    enabled: mayAsk,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  });
}

const numbers = new WeakMap<Blob, number>();
let next = 1;
/** Two files may have the same name and size. */
function numberOf(content: Blob): number {
  const number = numbers.get(content) ?? next++;
  numbers.set(content, number);
  return number;
}

async function estimate(
  agentId: string,
  source: Source,
  query: string,
  signal: AbortSignal,
): Promise<Schemas["BatchEstimateShape"]> {
  let response: Response;
  try {
    response = await fetch(`/v1/applications/${encodeURIComponent(agentId)}/batches/estimate?${query}`, {
      method: "POST",
      body: source.content,
      signal,
      credentials: "same-origin",
      headers: { ...HEADERS, "Content-Type": source.type },
    });
  } catch (error) {
    throw signal.aborted ? error : Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  return response.json();
}
