import { X } from "lucide-react";
import { Button } from "@/components/button";
import { Segmented } from "@/components/segmented";
import { useAgents } from "../batches/agents";
import { ERRORS, type Filter, NO_BATCH, SINCE, STATES } from "./filters";

const SELECT =
  "h-8 max-w-52 rounded-lg border border-line bg-surface px-2 text-xs text-text transition-colors hover:border-line-strong";

/** State, agent, batch, error and time; all of them in the address. */
export function Filters({ filter, change }: { filter: Filter; change: (change: Partial<Filter>) => void }) {
  const agents = useAgents();
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <Segmented label="State" value={filter.state} onChange={(state) => change({ state })} options={STATES} />
      <select
        aria-label="Agent"
        className={SELECT}
        value={filter.agent}
        onChange={(event) => change({ agent: event.target.value })}
      >
        <option value="">all agents</option>
        {agents.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
      <select
        aria-label="Error"
        className={SELECT}
        value={filter.error}
        onChange={(event) => change({ error: event.target.value })}
      >
        <option value="">any error</option>
        {ERRORS.map((code) => (
          <option key={code}>{code}</option>
        ))}
      </select>
      <select
        aria-label="Created"
        className={SELECT}
        value={filter.since}
        onChange={(event) => change({ since: event.target.value })}
      >
        {SINCE.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </select>
      {filter.batch && filter.batch !== NO_BATCH ? (
        <Button size="small" icon={<X />} onClick={() => change({ batch: "" })} title="Show jobs of all batches">
          of one batch
        </Button>
      ) : (
        <label className="flex h-8 items-center gap-1.5 text-xs text-muted">
          <input
            type="checkbox"
            className="size-4 accent-brand"
            checked={filter.batch === NO_BATCH}
            onChange={(event) => change({ batch: event.target.checked ? NO_BATCH : "" })}
          />
          without rows of batches
        </label>
      )}
    </div>
  );
}
