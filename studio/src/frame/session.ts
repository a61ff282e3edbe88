import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { queries } from "@/api/queries";
import { forgetAll, keepFor } from "./kept";

const KEY = ["session"];

/** Who is signed in, and what they may do. */
export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: read, staleTime: 60_000, retry: 1 });
}

async function read() {
  const session = await body(api.GET("/v1/session"));
  keepFor(session.id);
  return session;
}

type Noun = "agents" | "jobs" | "files" | "graphs";
export type Scope = `${Noun}:read` | `${Noun}:write` | "admin";

/** Whether who is signed in may do what needs `scope`; `admin` includes all. */
export function useMay(scope: Scope): boolean {
  const scopes: readonly string[] = useSession().data?.scopes ?? [];
  return scopes.includes("admin") || scopes.includes(scope);
}

export async function signOut() {
  try {
    await api.DELETE("/v1/session");
  } finally {
    // Out of reach or not: nothing of it stays here.
    queries.clear();
    forgetAll();
    location.assign("/sign-in");
  }
}
