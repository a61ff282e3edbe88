import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Faults } from "@/components/states";
import { count } from "@/format/numbers";
import type { Version } from "./correcting";
import { type LiveBatch, takeIn } from "./live";
import { rows } from "./words";

const ALL = "all";
const CHOSEN = "chosen";

/** Run failed rows again: all, those with one error, or those that are ticked; finished rows are not touched. */
export function Retry({
  batch,
  chosen,
  onClose,
}: {
  batch: LiveBatch;
  chosen: ReadonlySet<number>;
  onClose: () => void;
}) {
  const [which, setWhich] = useState(chosen.size > 0 ? CHOSEN : ALL);
  const [version, setVersion] = useState<Version>("same");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const retry = async () => {
    setBusy(true);
    setError(null);
    const asked = {
      version,
      rows: which === CHOSEN ? [...chosen] : null,
      error_code: which === ALL || which === CHOSEN ? null : which,
    };
    try {
      const params = { path: { batch_id: batch.id } };
      takeIn(await body(api.POST("/v1/batches/{batch_id}/retry", { params, body: asked })));
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Retry failed rows"
      description="Rows that are completed stay as they are and cost nothing again."
    >
      <div className="mt-3 flex flex-col gap-4">
        <Which {...{ batch, chosen, which, setWhich }} />
        <Versions {...{ batch, version, setVersion }} />
        <Faults error={error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" busy={busy} onClick={() => void retry()}>
            Retry {rows(rowsOf(batch, chosen, which))}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function rowsOf(batch: LiveBatch, chosen: ReadonlySet<number>, which: string): number {
  if (which === ALL) return batch.counts.failed + batch.counts.cancelled;
  if (which === CHOSEN) return chosen.size;
  return batch.errors.find((one) => one.error_code === which)?.rows ?? 0;
}

function Which({
  batch,
  chosen,
  which,
  setWhich,
}: {
  batch: LiveBatch;
  chosen: ReadonlySet<number>;
  which: string;
  setWhich: (which: string) => void;
}) {
  const options = [
    ...(chosen.size > 0 ? [{ value: CHOSEN, label: "The rows you ticked" }] : []),
    { value: ALL, label: batch.counts.cancelled > 0 ? "All failed and cancelled rows" : "All failed rows" },
    ...batch.errors.map((one) => ({ value: one.error_code, label: `Only ${one.error_code}` })),
  ];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-xs font-medium">Which rows</legend>
      {options.map(({ value, label }) => (
        <label key={value} className="flex items-center gap-2 text-sm">
          <input
            type="radio"
            name="which"
            checked={which === value}
            onChange={() => setWhich(value)}
            className="size-4 accent-brand"
          />
          <span className="flex-1">{label}</span>
          <span className="text-xs text-muted" data-number>
            {count(rowsOf(batch, chosen, value))}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** On which version of the agent rows run again, where there is a choice. */
export function Versions({
  batch,
  version,
  setVersion,
}: {
  batch: LiveBatch;
  version: Version;
  setVersion: (version: Version) => void;
}) {
  const agent = useQuery({
    queryKey: ["agent", batch.application_id],
    queryFn: () =>
      body(
        api.GET("/v1/applications/{application_id}", { params: { path: { application_id: batch.application_id } } }),
      ),
    retry: false,
  });
  const newest = agent.data?.deployed_version;
  if (!newest || newest === batch.agent_version)
    return <p className="text-xs text-muted">They run on v{batch.agent_version}, the newest version of the agent.</p>;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-xs font-medium">On which version of the agent</legend>
      {(["same", "newest"] as const).map((value) => (
        <label key={value} className="flex items-center gap-2 text-sm">
          <input
            type="radio"
            name="version"
            checked={version === value}
            onChange={() => setVersion(value)}
            className="size-4 accent-brand"
          />
          {value === "same" ? `The same as before, v${batch.agent_version}` : `The newest, v${newest}`}
        </label>
      ))}
    </fieldset>
  );
}
