import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Sheet } from "@/components/dialog";
import { Segmented } from "@/components/segmented";
import { Failed, Loading } from "@/components/states";
import { Status } from "@/components/status";
import { Table } from "@/components/table";
import { Time } from "@/components/time";
import { duration } from "@/format/times";

type Delivery = Schemas["DeliveryShape"];
type State = "all" | "pending" | "delivered" | "failed";

const STATES = [
  { value: "all", label: "All" },
  { value: "pending", label: "Pending" },
  { value: "delivered", label: "Delivered" },
  { value: "failed", label: "Failed" },
] as const;
const PAGE = "25";
const REFRESH_MS = 5_000;

/** What was sent, what is tried again, and a way to send it once more. */
export function Deliveries() {
  const [state, setState] = useState<State>("all");
  const [open, setOpen] = useState<string | null>(null);
  const deliveries = useInfiniteQuery({
    queryKey: ["deliveries", state],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/v1/webhooks/deliveries", {
          params: {
            query: { limit: PAGE, ...(state === "all" ? {} : { state }), ...(pageParam ? { before: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => (page.has_more ? page.last_id : undefined),
    refetchInterval: REFRESH_MS,
  });
  const resend = useAction(
    (id: string) => api.POST("/v1/webhooks/deliveries/{delivery_id}/resend", { params: { path: { delivery_id: id } } }),
    { changes: [["deliveries"]], done: "It is sent again." },
  );
  const rows = deliveries.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card title="Deliveries" actions={<Segmented label="State" value={state} onChange={setState} options={STATES} />}>
      {deliveries.error && !deliveries.data ? (
        <Failed error={deliveries.error} retry={() => void deliveries.refetch()} />
      ) : !deliveries.data ? (
        <Loading />
      ) : rows.length === 0 ? (
        <p className="px-4 pb-6 text-sm text-muted">
          Nothing was sent. A message goes out when a run ends that somebody wants to hear of.
        </p>
      ) : (
        <Table
          label="Deliveries"
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            {
              head: "Event",
              cell: (row) => (
                <button type="button" className="text-left font-medium hover:underline" onClick={() => setOpen(row.id)}>
                  {row.event}
                </button>
              ),
            },
            { head: "To", wide: true, cell: (row) => <span className="break-all text-muted">{row.url}</span> },
            { head: "State", cell: (row) => <Status state={row.state} /> },
            { head: "Tries", right: true, wide: true, cell: (row) => row.attempts },
            { head: "When", cell: (row) => <Time at={row.created_at} /> },
            {
              head: "",
              right: true,
              cell: (row) => (
                <Button size="small" onClick={() => resend.mutate(row.id)}>
                  Resend
                </Button>
              ),
            },
          ]}
        />
      )}
      {deliveries.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button look="quiet" busy={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
            Earlier ones
          </Button>
        </div>
      )}
      <Attempts id={open} onClose={() => setOpen(null)} row={rows.find((one) => one.id === open)} />
    </Card>
  );
}

function Attempts({ id, row, onClose }: { id: string | null; row: Delivery | undefined; onClose: () => void }) {
  const detail = useQuery({
    queryKey: ["deliveries", "one", id],
    queryFn: () =>
      body(api.GET("/v1/webhooks/deliveries/{delivery_id}", { params: { path: { delivery_id: id ?? "" } } })),
    enabled: id !== null,
  });
  return (
    <Sheet open={id !== null} onOpenChange={onClose} title={row?.event ?? "Delivery"} description={row?.url}>
      {detail.error ? (
        <Failed error={detail.error} />
      ) : !detail.data ? (
        <Loading />
      ) : (
        <>
          {detail.data.error && <p className="mb-3 text-sm text-bad">{detail.data.error}</p>}
          {detail.data.next_attempt_at && (
            <p className="mb-3 text-sm text-muted">
              Tried again <Time at={detail.data.next_attempt_at} />.
            </p>
          )}
          <Table
            label="Attempts"
            rows={detail.data.log}
            rowKey={(attempt) => attempt.at}
            columns={[
              { head: "When", cell: (attempt) => <Time at={attempt.at} /> },
              { head: "Answer", cell: (attempt) => attempt.status ?? attempt.error ?? "–" },
              { head: "Took", right: true, cell: (attempt) => duration(attempt.duration_ms) },
            ]}
          />
        </>
      )}
    </Sheet>
  );
}
