import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { money } from "@/format/numbers";
import { spendByAgent, spendByDay } from "./series";

const DAYS = 14;
const AGENTS = 5;

/** What the last days cost, and which agents spent it. */
export function Spend({ spend, agents }: Pick<Schemas["Overview"], "spend" | "agents">) {
  const days = spendByDay(spend, DAYS, new Date());
  const most = Math.max(...days.map((one) => one.cost), 0);
  const names = new Map(agents.map((one) => [one.application_id, one.name]));
  const total = spend.reduce((sum, one) => sum + (one.cost ?? 0), 0);
  return (
    <Card title="Spend" note={`${money(total)} in 30 days`}>
      {most === 0 ? (
        <p className="px-4 pb-6 text-sm text-muted">
          Nothing was spent. Cost counts as soon as a model with a price answers; the embedded one is free.
        </p>
      ) : (
        <div className="grid gap-x-6 gap-y-4 px-4 pb-4 sm:grid-cols-2">
          <div>
            <ol className="flex h-32 items-end gap-1" aria-label="Cost per day">
              {days.map((one) => (
                <li key={one.day} title={`${one.day}: ${money(one.cost)}`} className="flex h-full flex-1 items-end">
                  <span
                    className="w-full rounded-t bg-brand"
                    style={{ height: `${Math.max(2, (one.cost / most) * 100)}%` }}
                  />
                  <span className="sr-only">
                    {one.day}: {money(one.cost)}
                  </span>
                </li>
              ))}
            </ol>
            <div className="mt-1 flex justify-between text-xs text-muted" aria-hidden="true">
              <time>{dayOf(days[0]?.day)}</time>
              <time>{dayOf(days.at(-1)?.day)}</time>
            </div>
          </div>
          <ul className="flex flex-col gap-1.5 text-sm">
            {spendByAgent(spend)
              .slice(0, AGENTS)
              .map(({ agentId, cost }) => (
                <li key={agentId} className="flex gap-3">
                  <span className="min-w-0 flex-1 truncate">
                    {names.has(agentId) ? (
                      <Link to={`/agents/${agentId}`} className="hover:underline">
                        {names.get(agentId)}
                      </Link>
                    ) : (
                      <span className="text-muted">{agentId ? "a deleted agent" : "tests of models"}</span>
                    )}
                  </span>
                  <span data-number>{money(cost)}</span>
                </li>
              ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const dayOf = (day: string | undefined) => (day ? DAY.format(new Date(day)) : "");
