import { useQuery } from "@tanstack/react-query";
import { MonitorOff } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/api/action";
import type { Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Confirm } from "@/components/dialog";
import { Empty, Failed, Loading } from "@/components/states";
import { Badge } from "@/components/status";
import { Table } from "@/components/table";
import { Time } from "@/components/time";
import type { Ways } from "./ways";

type Session = Schemas["SignedInShape"];

/** Where somebody is signed in, with buttons that sign them out there or everywhere. */
export function SessionList({
  ways,
  title,
  all,
  allNote,
  empty,
}: {
  ways: Ways;
  title: string;
  /** What signing out everywhere is called here, and what comes of it. */
  all: string;
  allNote: string;
  empty: string;
}) {
  const [ending, setEnding] = useState<Session | "all" | null>(null);
  const sessions = useQuery({ queryKey: ways.key, queryFn: ways.list });
  const end = useAction((one: Session | "all") => (one === "all" ? ways.endAll() : ways.end(one.id)), {
    changes: [ways.key],
    done: "Signed out.",
    quiet: true,
  });
  if (sessions.error) return <Failed error={sessions.error} retry={() => void sessions.refetch()} />;
  if (!sessions.data) return <Loading />;
  const found = sessions.data.data;
  const others = found.filter((one) => !one.current);
  const everywhere = others.length > 0 && (
    <Button look="danger" onClick={() => setEnding("all")}>
      {all}
    </Button>
  );
  return (
    <>
      <Card title={title} actions={everywhere}>
        {found.length === 0 ? (
          <Empty icon={<MonitorOff />} title="Not signed in">
            {empty}
          </Empty>
        ) : (
          <Table
            label={title}
            rows={found}
            rowKey={(one) => one.id}
            columns={[
              { head: "Signed in", cell: (one) => <Time at={one.signed_in_at} /> },
              { head: "Last used", cell: (one) => <Time at={one.last_seen_at} /> },
              { head: "Ends", wide: true, cell: (one) => <Time at={one.expires_at} /> },
              {
                head: "",
                right: true,
                cell: (one) =>
                  one.current ? (
                    <Badge tone="good">this one</Badge>
                  ) : (
                    <Button size="small" look="danger" onClick={() => setEnding(one)}>
                      End
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Card>
      {found.length > 0 && others.length === 0 && (
        <p className="mt-3 text-sm text-muted">Nowhere else: this is the only browser that is signed in.</p>
      )}
      <Confirm
        open={ending !== null}
        onOpenChange={(open) => !open && setEnding(null)}
        title={ending === "all" ? all : "End this session"}
        description={ending === "all" ? allNote : "Whoever uses that browser is asked to sign in again."}
        keep={ending === "all" ? "Keep them" : "Keep it"}
        action={ending === "all" ? "Sign out" : "End it"}
        onConfirm={() => end.mutateAsync(ending as Session | "all")}
      />
    </>
  );
}
