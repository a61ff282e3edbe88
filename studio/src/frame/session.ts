import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { queries } from "@/api/queries";

const KEY = ["session"];

/** Who is signed in, and what they may do. */
export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: () => body(api.GET("/v1/session")), staleTime: 60_000, retry: 1 });
}

/** Whether who is signed in may do what needs `scope`; `admin` includes all. */
export function useMay(scope: "agents:read" | "agents:write" | "jobs:read" | "jobs:write" | "admin"): boolean {
  const scopes = useSession().data?.scopes ?? [];
  return scopes.includes("admin") || scopes.includes(scope);
}

export async function signOut() {
  await api.DELETE("/v1/session");
  queries.clear();
  location.assign("/sign-in");
}
