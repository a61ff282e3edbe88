import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, body, type Schemas } from "@/api/client";
import { useMay } from "@/frame/session";

const KNOWN_FOR_MS = 60_000;

/** The agents there are, as far as who is signed in may see them. */
export function useAgents(): Schemas["ApplicationShape"][] {
  const may = useMay("agents:read");
  const { data } = useQuery({
    queryKey: ["agents", "names"],
    queryFn: () => body(api.GET("/v1/applications", { params: { query: { limit: "100", include: "drafts" } } })),
    staleTime: KNOWN_FOR_MS,
    enabled: may,
  });
  return useMemo(() => data?.data ?? [], [data]);
}

/** What agents are called, by their ids. */
export function useAgentNames(): ReadonlyMap<string, string> {
  const agents = useAgents();
  return useMemo(() => new Map(agents.map((one) => [one.id, one.name])), [agents]);
}
