import { type FormEvent, useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox, SelectField, TextField } from "@/components/field";
import { Faults } from "@/components/states";
import { ShownOnce } from "./shown-once";

const SCOPES = [
  ["jobs:write", "Create jobs and batches, retry and cancel them"],
  ["jobs:read", "Read jobs, batches and results"],
  ["agents:read", "See agents and models"],
  ["agents:write", "Change and deploy agents"],
  ["admin", "Everything, keys and people too"],
] as const;
const DEFAULT = ["jobs:write", "jobs:read", "agents:read"];
const DAY_S = 86_400;

/** A form that makes a key, and then the key itself, once. */
export function NewKey({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [made, setMade] = useState<Schemas["CreatedKey"] | null>(null);
  const close = (now: boolean) => {
    if (!now) setMade(null);
    onOpenChange(now);
  };
  return (
    <Dialog open={open} onOpenChange={close} title={made ? "Copy the key now" : "New key"}>
      {made ? <ShownOnce secret={made.key} what="key" onDone={() => close(false)} /> : <KeyForm onMade={setMade} />}
    </Dialog>
  );
}

function KeyForm({ onMade }: { onMade: (key: Schemas["CreatedKey"]) => void }) {
  const [scopes, setScopes] = useState<readonly string[]>(DEFAULT);
  const create = useAction((request: Schemas["KeyRequest"]) => body(api.POST("/v1/keys", { body: request })), {
    changes: [["keys"]],
    quiet: true,
  });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = Number(form.get("days"));
    await create
      .mutateAsync({ name: String(form.get("name")), scopes: [...scopes], expires_in_s: days ? days * DAY_S : null })
      .then(onMade, () => {}); // the form shows why it was refused
  };
  return (
    <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
      <TextField
        label="Name"
        name="name"
        required
        autoFocus
        placeholder="web shop"
        help="What uses it, so that you know later."
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-xs font-medium">It may</legend>
        {SCOPES.map(([scope, label]) => (
          <Checkbox
            key={scope}
            label={label}
            checked={scopes.includes(scope)}
            onChange={(event) =>
              setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
            }
          />
        ))}
      </fieldset>
      <SelectField label="Expires" name="days" defaultValue="">
        <option value="">never</option>
        <option value="30">in 30 days</option>
        <option value="90">in 90 days</option>
        <option value="365">in a year</option>
      </SelectField>
      <Faults error={create.error} />
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={create.isPending} disabled={scopes.length === 0}>
          Make the key
        </Button>
      </div>
    </form>
  );
}
