import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Schemas } from "@/api/client";
import { Card, Tile } from "@/components/card";
import { Segmented } from "@/components/segmented";
import { Failed, Loading } from "@/components/states";
import { Table } from "@/components/table";
import { abbreviated, count, money } from "@/format/numbers";
import { useAgentNames } from "../batches/agents";
import { Caps } from "./caps";

type Line = Schemas["UsageLineShape"];
type Group = "day" | "agent" | "model" | "key";

const GROUPS = [
  { value: "day", label: "By day" },
  { value: "agent", label: "By agent" },
  { value: "model", label: "By model" },
  { value: "key", label: "By key" },
] as const;
const PERIODS = [
  { value: "1", label: "Today" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;
const DAY_MS = 86_400_000;

const firstDay = (days: number) => new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10);

/** What was asked and what it cost, and what may be used at most. */
export default function Usage() {
  const [group, setGroup] = useState<Group>("day");
  const [days, setDays] = useState<(typeof PERIODS)[number]["value"]>("30");
  const usage = useQuery({
    queryKey: ["usage", group, days],
    queryFn: () => body(api.GET("/v1/usage", { params: { query: { from: firstDay(Number(days)), group_by: group } } })),
    placeholderData: (before) => before,
  });
  const names = useAgentNames();
  if (usage.error) return <Failed error={usage.error} retry={() => void usage.refetch()} />;
  if (!usage.data) return <Loading />;
  const { total } = usage.data;
  return (
    <div className="flex flex-col gap-4">
      <Card title="Usage" actions={<Segmented label="Period" value={days} onChange={setDays} options={PERIODS} />}>
        <div className="grid grid-cols-2 gap-4 px-4 pb-4 md:grid-cols-4">
          <Tile label="Cost" value={money(total.cost)}>
            {total.unpriced_calls > 0 && `${count(total.unpriced_calls)} calls have no price`}
          </Tile>
          <Tile label="Calls" value={abbreviated(total.calls)} title={count(total.calls)} />
          <Tile label="Tokens in" value={abbreviated(total.prompt_tokens)} title={count(total.prompt_tokens)} />
          <Tile
            label="Tokens out"
            value={abbreviated(total.completion_tokens)}
            title={count(total.completion_tokens)}
          />
        </div>
        <div className="border-t border-line px-4 py-2">
          <Segmented label="Grouped" value={group} onChange={setGroup} options={GROUPS} />
        </div>
        {usage.data.data.length === 0 ? (
          <p className="px-4 pt-2 pb-6 text-sm text-muted">Nothing was asked in this time.</p>
        ) : (
          <Table
            label="Usage"
            rows={usage.data.data}
            rowKey={(line) => nameOf(line, group, names)}
            columns={[
              {
                head: group.charAt(0).toUpperCase() + group.slice(1),
                cell: (line) => <span className="break-all">{nameOf(line, group, names)}</span>,
              },
              { head: "Calls", right: true, cell: (line) => count(line.calls) },
              { head: "Tokens in", right: true, wide: true, cell: (line) => count(line.prompt_tokens) },
              { head: "Tokens out", right: true, wide: true, cell: (line) => count(line.completion_tokens) },
              { head: "Asked again", right: true, wide: true, cell: (line) => count(line.reasks) },
              { head: "Cost", right: true, cell: (line) => money(line.cost) },
            ]}
          />
        )}
      </Card>
      <Caps />
    </div>
  );
}

function nameOf(line: Line, group: Group, agents: ReadonlyMap<string, string>): string {
  if (group === "agent") return agents.get(line.agent ?? "") ?? line.agent ?? "–";
  if (group === "key") return line.key_name || line.key || "–";
  return line[group] ?? "–";
}
