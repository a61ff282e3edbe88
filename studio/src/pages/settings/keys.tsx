import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Confirm } from "@/components/dialog";
import { Empty, Failed, Loading } from "@/components/states";
import { Badge } from "@/components/status";
import { Table } from "@/components/table";
import { Time } from "@/components/time";
import { NewKey } from "./new-key";

type Key = Schemas["KeyShape"];

export default function Keys() {
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const keys = useQuery({ queryKey: ["keys"], queryFn: () => body(api.GET("/v1/keys")) });
  const revoke = useAction((id: string) => api.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: id } } }), {
    changes: [["keys"]],
    done: "Revoked.",
    quiet: true,
  });
  if (keys.error) return <Failed error={keys.error} retry={() => void keys.refetch()} />;
  if (!keys.data) return <Loading />;
  const create = (
    <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New key
    </Button>
  );
  return (
    <>
      <Card
        title="API keys"
        note="For programs; people sign in under People"
        actions={keys.data.data.length > 0 && create}
      >
        {keys.data.data.length === 0 ? (
          <Empty icon={<KeyRound />} title="No key yet" action={create}>
            A key lets a program create jobs: the web shop's backend, a nightly import, a notebook.
          </Empty>
        ) : (
          <Table
            label="API keys"
            rows={keys.data.data}
            rowKey={(key) => key.id}
            columns={[
              { head: "Name", cell: (key) => <span className="font-medium break-words">{key.name}</span> },
              { head: "Key", cell: (key) => <code className="font-mono text-xs text-muted">{key.hint}</code> },
              { head: "May", wide: true, cell: (key) => key.scopes.join(", ") },
              { head: "Made", wide: true, cell: (key) => <Time at={key.created_at} /> },
              { head: "Last used", cell: (key) => <Time at={key.last_used_at} /> },
              {
                head: "",
                right: true,
                cell: (key) =>
                  key.revoked_at ? (
                    <Badge tone="bad">revoked</Badge>
                  ) : (
                    <Button size="small" look="danger" onClick={() => setRevoking(key)}>
                      Revoke
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Card>
      <NewKey open={making} onOpenChange={setMaking} />
      <Confirm
        open={revoking !== null}
        onOpenChange={(open) => !open && setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ""}`}
        description="Programs that use it are refused from the next request on. It cannot be brought back."
        action="Revoke"
        onConfirm={() => revoke.mutateAsync(revoking?.id ?? "")}
      />
    </>
  );
}
