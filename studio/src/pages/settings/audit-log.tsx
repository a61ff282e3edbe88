import { useInfiniteQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Failed, Loading } from "@/components/states";
import { Table } from "@/components/table";
import { Time } from "@/components/time";

const PAGE = "20";

/** Who did what, the newest first. */
export function AuditLog() {
  const log = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) =>
      body(api.GET("/v1/audit", { params: { query: { limit: PAGE, ...(pageParam ? { before: pageParam } : {}) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => (page.has_more ? page.data.at(-1)?.id : undefined),
  });
  if (log.error && !log.data) return <Failed error={log.error} retry={() => void log.refetch()} />;
  if (!log.data) return <Loading />;
  return (
    <Card title="Audit log">
      <Table
        label="Audit log"
        rows={log.data.pages.flatMap((page) => page.data)}
        rowKey={(line) => line.id}
        columns={[
          { head: "When", cell: (line) => <Time at={line.at} /> },
          { head: "Who", cell: (line) => <span className="break-all">{line.by ?? line.key_id ?? "–"}</span> },
          { head: "What", cell: (line) => line.action },
          {
            head: "Of",
            wide: true,
            cell: (line) => <span className="font-mono text-xs break-all text-muted">{line.target}</span>,
          },
          { head: "From", wide: true, cell: (line) => line.address ?? "–" },
        ]}
      />
      {log.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button look="quiet" busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Earlier ones
          </Button>
        </div>
      )}
    </Card>
  );
}
