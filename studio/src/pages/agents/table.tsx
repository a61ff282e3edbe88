import { useQueryClient } from "@tanstack/react-query";
import { Copy, Ellipsis, Play, Trash2 } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { messageOf } from "@/api/problem";
import { IconButton } from "@/components/button";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import { Badge, Status } from "@/components/status";
import { Time } from "@/components/time";
import { toast } from "@/components/toast";
import { count, percent } from "@/format/numbers";
import { useMay } from "@/frame/session";
import { type Application, type Done, duplicate } from "./remote";
import { successRate } from "./search";

const CELL = "px-4 py-2.5 text-left";
const WIDE = "hidden sm:table-cell";

/** One line an agent; the name leads to it. */
export function AgentsTable({
  agents,
  runs,
  onDelete,
}: {
  agents: readonly Application[];
  runs: ReadonlyMap<string, Done> | undefined;
  onDelete: (agent: Application) => void;
}) {
  return (
    <div className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="border-b border-line text-xs text-muted">
          <tr>
            <th className={`${CELL} font-medium`}>Name</th>
            <th className={`${CELL} font-medium`}>Status</th>
            <th className={`${CELL} ${WIDE} font-medium`}>Last run</th>
            <th className={`${CELL} ${WIDE} text-right! font-medium`}>Success, 7 days</th>
            <th className={CELL}>
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {agents.map((one) => (
            <tr key={one.id} className="transition-colors hover:bg-hover">
              <td className={`${CELL} max-w-0 w-full sm:w-auto sm:max-w-96`}>
                <Link to={`/agents/${one.id}`} className="block truncate font-medium hover:underline">
                  {one.name}
                </Link>
                <span className="block truncate font-mono text-xs text-muted">{one.alias ?? one.id}</span>
              </td>
              <td className={CELL}>
                <State agent={one} />
              </td>
              <td className={`${CELL} ${WIDE} text-muted`}>
                <Time at={runs?.get(one.id)?.last_run_at} />
              </td>
              <td className={`${CELL} ${WIDE} text-right!`}>
                <Rate done={runs?.get(one.id)} />
              </td>
              <td className="w-px px-2">
                <RowMenu agent={one} onDelete={() => onDelete(one)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function State({ agent }: { agent: Application }) {
  if (!agent.deployed_version) return <Status state="draft" />;
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <Badge tone="good">{`v${agent.deployed_version} deployed`}</Badge>
      {agent.draft_changed && <span className="text-xs text-muted">draft differs</span>}
    </span>
  );
}

function Rate({ done }: { done: Done | undefined }) {
  const rate = successRate(done);
  if (rate === null || !done) return <span className="text-muted">–</span>;
  return (
    <span
      title={`${count(done.runs - done.failed)} of ${count(done.runs)} runs`}
      className={rate < 0.9 ? "text-bad" : ""}
    >
      {percent(rate)} <span className="text-xs text-muted">of {count(done.runs)}</span>
    </span>
  );
}

function RowMenu({ agent, onDelete }: { agent: Application; onDelete: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayWrite = useMay("agents:write");
  const mayRun = useMay("jobs:write");
  const copy = async () => {
    try {
      const made = await duplicate(agent);
      void queries.invalidateQueries({ queryKey: ["agents"] });
      toast(`${made.name} is a draft of its own.`);
      navigate(`/agents/${made.id}`);
    } catch (error) {
      toast(messageOf(error), { bad: true });
    }
  };
  return (
    <Menu
      trigger={
        <IconButton label={`More about ${agent.name}`} size="small">
          <Ellipsis />
        </IconButton>
      }
    >
      <MenuItem
        icon={<Play />}
        disabled={!mayRun || !agent.deployed_version}
        onSelect={() => navigate(`/agents/${agent.id}/run`)}
      >
        Run
      </MenuItem>
      <MenuItem icon={<Copy />} disabled={!mayWrite} onSelect={() => void copy()}>
        Duplicate
      </MenuItem>
      <MenuLine />
      <MenuItem danger icon={<Trash2 />} disabled={!mayWrite} onSelect={onDelete}>
        Delete
      </MenuItem>
    </Menu>
  );
}
