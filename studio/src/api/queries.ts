import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/** One cache for all pages. A refusal (4xx) is final; a server that is away is asked again until it is back. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, error) => !(error instanceof Problem && error.status >= 400 && error.status < 500) && count < 3,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});
