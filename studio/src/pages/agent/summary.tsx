import { Code, Play } from "lucide-react";
import { useState } from "react";
import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { CopyId } from "@/components/copy";
import { Badge } from "@/components/status";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { KINDS } from "./input-kinds";
import type { Application } from "./remote";
import { UseIt } from "./use-it";

/** What an agent asks for, for those who may run it and not change it. */
export function Summary({ agent }: { agent: Application }) {
  const [using, setUsing] = useState(false);
  const mayRun = useMay("jobs:write");
  return (
    <Page
      title={agent.name}
      crumbs={[{ to: "/agents", label: "Agents" }]}
      status={
        agent.deployed_version ? (
          <Badge tone="good">{`v${agent.deployed_version} deployed`}</Badge>
        ) : (
          <Badge>draft</Badge>
        )
      }
      actions={
        <>
          <Button icon={<Code />} onClick={() => setUsing(true)}>
            Use it
          </Button>
          {mayRun && agent.deployed_version && (
            <ButtonLink look="primary" icon={<Play />} to={`/agents/${agent.id}/run`}>
              Run
            </ButtonLink>
          )}
        </>
      }
    >
      <Card
        title="Inputs"
        note={mayRun ? "Your role may run this agent, not change it." : "Your role may look at this agent."}
        actions={<CopyId id={agent.id} />}
      >
        <ul className="divide-y divide-line border-t border-line">
          {agent.inputs.map((one) => {
            const { Icon, label } = KINDS[one.input_type];
            return (
              <li key={one.name} className="flex items-center gap-3 px-4 py-2 text-sm">
                <Icon className="size-4 text-muted" aria-label={label} />
                <span className="font-medium">{one.name}</span>
                <span className="min-w-0 flex-1 truncate text-muted">{one.description}</span>
                <span className="text-xs text-muted">{one.required ? "required" : "optional"}</span>
              </li>
            );
          })}
          {agent.inputs.length === 0 && <li className="px-4 py-3 text-sm text-muted">It asks for nothing.</li>}
        </ul>
      </Card>
      {using && <UseIt agent={agent} onClose={() => setUsing(false)} />}
    </Page>
  );
}
