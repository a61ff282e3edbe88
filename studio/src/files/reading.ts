import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type FileFilter, findFile, listFiles, readText } from "./remote";

const LIVE_MS = 1_500;

/** Files page by page, asked for again while one of them is being read. */
export function useFiles(filter: FileFilter) {
  const found = useInfiniteQuery({
    queryKey: ["files", "list", filter],
    queryFn: ({ pageParam }) => listFiles(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? page.last_id : null),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.data.some((one) => one.status === "in_progress")) ? LIVE_MS : false,
  });
  const files = found.data?.pages.flatMap((page) => page.data) ?? [];
  return { ...found, files, stored: found.data?.pages[0] ?? null };
}

/** One file, until it is read. */
export function useFile(id: string) {
  return useQuery({
    queryKey: ["files", "one", id],
    queryFn: () => findFile(id),
    refetchInterval: ({ state }) => (state.data?.status === "in_progress" ? LIVE_MS : false),
  });
}

/** A stretch of a file's text. */
export function useText(id: string, offset: number, limit: number, enabled: boolean) {
  return useQuery({
    queryKey: ["files", "text", id, offset, limit],
    queryFn: () => readText(id, offset, limit),
    enabled,
    placeholderData: keepPreviousData,
  });
}
