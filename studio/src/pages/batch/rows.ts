import { keepPreviousData, queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { api, body, type Schemas } from "@/api/client";
import { queries } from "@/api/queries";
import { batchKey } from "./live";
import { PAGE, pagesIn, placeOf } from "./pages";

const LIVE_ROWS_MS = 3_000;
const LIVE_SERIES_MS = 5_000;
/** Pages that nobody looks at are kept for a minute: a hundred thousand rows never are all in memory. */
const KEPT_MS = 60_000;

export type BatchRow = Schemas["BatchRowShape"];
type Query = Record<string, string>;

const pageQuery = (id: string, query: Query, page: number) =>
  queryOptions({
    queryKey: [...batchKey(id), "rows", query, page],
    queryFn: ({ signal }) =>
      body(
        api.GET("/v1/batches/{batch_id}/rows", {
          params: {
            path: { batch_id: id },
            query: { ...query, offset: String(page * PAGE), limit: String(PAGE), short: "true" },
          },
          signal,
        }),
      ),
    gcTime: KEPT_MS,
  });

/** How many rows a filter has, and the rows that are on the screen; the others are asked for when they come into sight. */
export function useRows(id: string, query: Query, range: { first: number; last: number }, live: boolean) {
  const first = useQuery({
    ...pageQuery(id, query, 0),
    placeholderData: keepPreviousData,
    refetchInterval: live ? LIVE_ROWS_MS : false,
  });
  const total = first.data?.total ?? 0;
  const wanted = pagesIn(range.first, range.last, total).filter((page) => page > 0);
  const others = useQueries({
    queries: wanted.map((page) => ({
      ...pageQuery(id, query, page),
      refetchInterval: live ? (LIVE_ROWS_MS as number | false) : false,
    })),
  });
  const rowAt = (index: number): BatchRow | undefined => {
    const [page, at] = placeOf(index);
    if (page === 0) return first.data?.data[at];
    return others[wanted.indexOf(page)]?.data?.data[at];
  };
  return { total, rowAt, first, isStale: first.isPlaceholderData };
}

/** The row at a place of the table, asked for when it is not there yet: for going from one to the next. */
export async function rowAtIndex(id: string, query: Query, index: number): Promise<BatchRow | undefined> {
  const [page, at] = placeOf(index);
  return (await queries.fetchQuery(pageQuery(id, query, page))).data[at];
}

/** One row whole: all its cells and its whole text. */
export function useRow(id: string, row: number, live: boolean) {
  return useQuery({
    queryKey: [...batchKey(id), "row", row],
    queryFn: async () => {
      const query = { after: String(row - 1), limit: "1" };
      const found = await body(api.GET("/v1/batches/{batch_id}/rows", { params: { path: { batch_id: id }, query } }));
      return found.data[0] ?? null;
    },
    refetchInterval: live ? LIVE_ROWS_MS : false,
  });
}

/** What the charts draw. */
export function useSeries(id: string, live: boolean) {
  return useQuery({
    queryKey: [...batchKey(id), "series"],
    queryFn: ({ signal }) =>
      body(api.GET("/v1/batches/{batch_id}/series", { params: { path: { batch_id: id } }, signal })),
    refetchInterval: live ? LIVE_SERIES_MS : false,
  });
}
