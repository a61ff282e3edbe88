import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMay } from "@/frame/session";
import { type Application, listAgents } from "../agents/remote";

const KNOWN_FOR_MS = 60_000;

/** All agents there are, as far as who is signed in may see them. */
export function useAgents(): Application[] {
  const may = useMay("agents:read");
  const { data } = useQuery({
    queryKey: ["agents", "all"],
    queryFn: listAgents,
    staleTime: KNOWN_FOR_MS,
    enabled: may,
  });
  return useMemo(() => data ?? [], [data]);
}

/** What agents are called, by their ids. */
export function useAgentNames(): ReadonlyMap<string, string> {
  const agents = useAgents();
  return useMemo(() => new Map(agents.map((one) => [one.id, one.name])), [agents]);
}
