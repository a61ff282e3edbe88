import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleX } from "lucide-react";
import { api, body } from "@/api/client";
import { ButtonLink } from "@/components/button";
import { Card, Tile } from "@/components/card";
import { Failed, Loading } from "@/components/states";
import { Table } from "@/components/table";
import { Time } from "@/components/time";
import { hostName } from "@/format/hosts";
import { AuditLog } from "./audit-log";

const MARKS = {
  ok: <CircleCheck className="size-4 text-good" aria-label="fine" />,
  warn: <CircleAlert className="size-4 text-warn" aria-label="warning" />,
  fail: <CircleX className="size-4 text-bad" aria-label="fault" />,
};
const REFRESH_MS = 10_000;
const MB = 1e6;

/** What runs, where the data is, what doctor finds, and who did what. */
export default function System() {
  const system = useQuery({
    queryKey: ["system"],
    queryFn: () => body(api.GET("/v1/system")),
    refetchInterval: REFRESH_MS,
  });
  if (system.error && !system.data) return <Failed error={system.error} retry={() => void system.refetch()} />;
  if (!system.data) return <Loading />;
  const { version, store, process, workers, checks } = system.data;
  return (
    <div className="flex flex-col gap-4">
      <Card
        title="System"
        actions={
          <ButtonLink to="/docs" reloadDocument size="small">
            API reference
          </ButtonLink>
        }
      >
        <div className="grid grid-cols-2 gap-4 px-4 pb-4 md:grid-cols-4">
          <Tile label="Pressrun" value={version} />
          <Tile label="Store" value={store.kind === "sqlite" ? "SQLite" : "PostgreSQL"}>
            schema {store.schema_version}, {Math.round(store.size_bytes / MB).toLocaleString("en-US")} MB
          </Tile>
          <Tile label="Workers alive" value={workers.length} />
          <Tile label="Serving since" value={<Time at={process.started_at} />} />
        </div>
      </Card>
      <Card title="Findings" note="As of pressrun doctor">
        <ul className="border-t border-line">
          {checks.map((check) => (
            <li key={check.name} className="flex gap-3 border-b border-line px-4 py-2 last:border-0">
              <span className="pt-0.5">{MARKS[check.state]}</span>
              <span className="min-w-0">
                <span className="font-medium">{check.name}</span> <span className="text-muted">{check.detail}</span>
                {check.state !== "ok" && check.fix && <span className="block">{check.fix}</span>}
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Workers">
        {workers.length === 0 ? (
          <p className="px-4 pb-6 text-sm text-muted">
            No worker is alive: jobs are accepted and wait. Start one with “pressrun work”.
          </p>
        ) : (
          <Table
            label="Workers"
            rows={workers}
            rowKey={(worker) => worker.id}
            columns={[
              {
                head: "Host",
                cell: (worker) => (
                  <span className="break-all" title={worker.host}>
                    {hostName(worker.host)}
                  </span>
                ),
              },
              { head: "Process", right: true, wide: true, cell: (worker) => worker.pid },
              { head: "Places", right: true, cell: (worker) => worker.concurrency },
              { head: "Started", wide: true, cell: (worker) => <Time at={worker.started_at} /> },
              { head: "Last beat", cell: (worker) => <Time at={worker.seen_at} /> },
            ]}
          />
        )}
      </Card>
      <AuditLog />
    </div>
  );
}
