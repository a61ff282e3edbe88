import { useQuery } from "@tanstack/react-query";
import { Webhook as Icon, MoreHorizontal, Plus } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { Confirm, Dialog } from "@/components/dialog";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import { Empty, Failed, Loading } from "@/components/states";
import { Status } from "@/components/status";
import { Table } from "@/components/table";
import { Deliveries } from "./deliveries";
import { ShownOnce } from "./shown-once";
import { WebhookForm } from "./webhook-form";

type Webhook = Schemas["WebhookShape"];

const CHANGES = [["webhooks"], ["deliveries"]];
const path = (webhook: Webhook) => ({ params: { path: { webhook_id: webhook.id } } });

/** Who is told of ends, and what became of it. */
export default function Webhooks() {
  const [making, setMaking] = useState(false);
  const [removing, setRemoving] = useState<Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const webhooks = useQuery({ queryKey: ["webhooks"], queryFn: () => body(api.GET("/v1/webhooks")) });
  const test = useAction((webhook: Webhook) => api.POST("/v1/webhooks/{webhook_id}/test", path(webhook)), {
    changes: CHANGES,
    done: "A test message is on its way: see the deliveries below.",
  });
  const change = useAction(
    ({ webhook, state }: { webhook: Webhook; state: string }) =>
      api.PATCH("/v1/webhooks/{webhook_id}", { ...path(webhook), body: { state } }),
    { changes: CHANGES },
  );
  const rotate = useAction(async (webhook: Webhook) => {
    setSecret((await body(api.POST("/v1/webhooks/{webhook_id}/rotate", path(webhook)))).secret);
  });
  const remove = useAction((webhook: Webhook) => api.DELETE("/v1/webhooks/{webhook_id}", path(webhook)), {
    changes: CHANGES,
    quiet: true,
  });
  if (webhooks.error) return <Failed error={webhooks.error} retry={() => void webhooks.refetch()} />;
  if (!webhooks.data) return <Loading />;
  const add = (
    <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New webhook
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      <Card title="Webhooks" note="Signed messages when runs end" actions={webhooks.data.data.length > 0 && add}>
        {webhooks.data.data.length === 0 ? (
          <Empty icon={<Icon />} title="Nobody is told yet" action={add}>
            Give an address such as https://shop.example/hooks/pressrun: it hears of every job and batch that ends,
            until it has arrived.
          </Empty>
        ) : (
          <Table
            label="Webhooks"
            rows={webhooks.data.data}
            rowKey={(webhook) => webhook.id}
            columns={[
              {
                head: "Where",
                cell: (webhook) => (
                  <span className="break-all">
                    {webhook.name && <span className="block font-medium">{webhook.name}</span>}
                    {webhook.url}
                    {webhook.reason && <span className="block text-xs text-bad">{webhook.reason}</span>}
                  </span>
                ),
              },
              { head: "Hears of", wide: true, cell: (webhook) => webhook.events.join(", ") },
              { head: "State", cell: (webhook) => <Status state={webhook.state} /> },
              {
                head: "",
                right: true,
                cell: (webhook) => (
                  <span className="flex justify-end gap-1">
                    <Button size="small" onClick={() => test.mutate(webhook)}>
                      Test
                    </Button>
                    <Menu
                      trigger={
                        <IconButton label={`More for ${webhook.name || webhook.url}`} size="small">
                          <MoreHorizontal />
                        </IconButton>
                      }
                    >
                      <MenuItem
                        onSelect={() =>
                          change.mutate({ webhook, state: webhook.state === "enabled" ? "disabled" : "enabled" })
                        }
                      >
                        {webhook.state === "enabled" ? "Disable" : "Enable"}
                      </MenuItem>
                      <MenuItem onSelect={() => rotate.mutate(webhook)}>New secret</MenuItem>
                      <MenuLine />
                      <MenuItem danger onSelect={() => setRemoving(webhook)}>
                        Remove
                      </MenuItem>
                    </Menu>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Card>
      <Deliveries />
      <WebhookForm open={making} onOpenChange={setMaking} onMade={(made) => setSecret(made.secret)} />
      <Dialog open={secret !== null} onOpenChange={() => setSecret(null)} title="The signing secret">
        {secret && <ShownOnce secret={secret} what="secret" onDone={() => setSecret(null)} />}
      </Dialog>
      <Confirm
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title="Remove the webhook"
        description={`${removing?.url ?? ""} hears nothing more, and what waits for it is dropped.`}
        action="Remove"
        onConfirm={() => remove.mutateAsync(removing as Webhook)}
      />
    </div>
  );
}
