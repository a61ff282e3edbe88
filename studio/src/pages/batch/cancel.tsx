import { useState } from "react";
import { api, body } from "@/api/client";
import { Confirm } from "@/components/dialog";
import { type LiveBatch, takeIn } from "./live";
import { rows } from "./words";

const WAYS = [
  ["drain", "Let them finish", "They are paid for anyway."],
  ["cut", "Cut them off", "Stops within a second; what they have cost is lost."],
] as const;

/** Cancel a batch: what runs ends by itself, or is cut off. */
export function Cancel({ batch, onClose }: { batch: LiveBatch; onClose: () => void }) {
  const [running, setRunning] = useState<"drain" | "cut">("drain");
  const { counts } = batch;
  const left = counts.queued + counts.waiting;
  const cancel = async () =>
    takeIn(
      await body(
        api.POST("/v1/batches/{batch_id}/cancel", { params: { path: { batch_id: batch.id } }, body: { running } }),
      ),
    );
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Cancel ${batch.name}?`}
      description={`${rows(left)} will not be run. Finished rows stay, and cancelled ones can be retried.`}
      action="Cancel the batch"
      onConfirm={cancel}
    >
      {counts.running > 0 && (
        <fieldset className="mt-3 flex flex-col gap-2">
          <legend className="mb-1 text-xs font-medium">{rows(counts.running)} running now</legend>
          {WAYS.map(([value, label, help]) => (
            <label key={value} className="flex items-start gap-2 text-sm">
              <input
                type="radio"
                name="running"
                checked={running === value}
                onChange={() => setRunning(value)}
                className="mt-0.5 size-4 accent-brand"
              />
              <span>
                {label}
                <span className="block text-xs text-muted">{help}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </Confirm>
  );
}
