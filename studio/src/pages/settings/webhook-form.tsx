import { type FormEvent, useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox, TextField } from "@/components/field";
import { Faults } from "@/components/states";

const EVENTS = [
  ["job.completed", "A job completed"],
  ["job.failed", "A job failed"],
  ["job.cancelled", "A job was cancelled"],
  ["batch.completed", "A batch ended"],
  ["batch.cancelled", "A batch was cancelled"],
  ["batch.paused", "A batch paused by itself"],
] as const;

/** Makes a webhook; its secret is told to `onMade` once. */
export function WebhookForm({
  open,
  onOpenChange,
  onMade,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onMade: (made: Schemas["CreatedWebhook"]) => void;
}) {
  const [events, setEvents] = useState<readonly string[]>(EVENTS.map(([event]) => event));
  const create = useAction((request: Schemas["WebhookRequest"]) => body(api.POST("/v1/webhooks", { body: request })), {
    changes: [["webhooks"]],
    quiet: true,
  });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const request = {
      url: String(form.get("url")).trim(),
      name: String(form.get("name")).trim(),
      events: [...events],
      rows: form.get("rows") === "on",
    };
    await create.mutateAsync(request).then(
      (made) => {
        onOpenChange(false);
        onMade(made);
      },
      () => {}, // the form shows why it was refused
    );
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="New webhook">
      <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
        <TextField
          label="Address"
          name="url"
          type="url"
          required
          autoFocus
          placeholder="https://shop.example/hooks/pressrun"
        />
        <TextField label="Name" name="name" />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-xs font-medium">It hears that</legend>
          {EVENTS.map(([name, label]) => (
            <Checkbox
              key={name}
              label={label}
              checked={events.includes(name)}
              onChange={(changed) =>
                setEvents(changed.target.checked ? [...events, name] : events.filter((one) => one !== name))
              }
            />
          ))}
        </fieldset>
        <Checkbox name="rows" label="Every row of a batch, too" help="Otherwise a batch tells once, when it ends." />
        <Faults error={create.error} />
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={create.isPending} disabled={events.length === 0}>
            Make the webhook
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
