import { type FormEvent, useState } from "react";
import { api, body } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Faults } from "@/components/states";
import { money } from "@/format/numbers";
import { type LiveBatch, takeIn } from "./live";

type Changed = { batch: LiveBatch; onClose: () => void };

function useChange({ batch, onClose }: Changed) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const change = async (changes: { name?: string; max_cost?: number | null }, resume = false) => {
    setBusy(true);
    setError(null);
    const params = { path: { batch_id: batch.id } };
    try {
      takeIn(await body(api.PATCH("/v1/batches/{batch_id}", { params, body: changes })));
      if (resume) takeIn(await body(api.POST("/v1/batches/{batch_id}/resume", { params })));
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { error, busy, change };
}

/** Another cap; a batch that was paused for its cap goes on with it. */
export function Cap({ batch, onClose }: Changed) {
  const { error, busy, change } = useChange({ batch, onClose });
  const waits = batch.state === "paused" && batch.pause_code === "max_cost";
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("cap")).trim();
    void change({ max_cost: text === "" ? null : Number(text) }, waits);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Change the cap"
      description={`The batch has cost ${money(batch.cost)} so far and pauses before it passes the cap.`}
    >
      <form onSubmit={submit} className="mt-3 flex flex-col gap-4">
        <TextField
          label="Cap in US dollars"
          name="cap"
          inputMode="decimal"
          pattern="[0-9]*\.?[0-9]*"
          defaultValue={batch.max_cost ?? ""}
          help="Leave it empty to take the cap away."
          autoFocus
        />
        <Faults error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={busy}>
            {waits ? "Change and resume" : "Change"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Rename({ batch, onClose }: Changed) {
  const { error, busy, change } = useChange({ batch, onClose });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void change({ name: String(new FormData(event.currentTarget).get("name")).trim() });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Rename the batch">
      <form onSubmit={submit} className="mt-3 flex flex-col gap-4">
        <TextField label="Name" name="name" required maxLength={200} defaultValue={batch.name} autoFocus />
        <Faults error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={busy}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
