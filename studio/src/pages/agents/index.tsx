import { useQuery } from "@tanstack/react-query";
import { Bot, Plus, Search } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { ButtonLink } from "@/components/button";
import { TextField } from "@/components/field";
import { Empty, Failed, Loading } from "@/components/states";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { DeleteAgent } from "./delete-agent";
import { type Application, listAgents, recentRuns } from "./remote";
import { matching } from "./search";
import { AgentsTable } from "./table";

/** Every agent: whether it is deployed, when it ran last, how it does. */
export default function Agents() {
  const mayWrite = useMay("agents:write");
  const mayRead = useMay("jobs:read");
  const [params, setParams] = useSearchParams();
  const asked = params.get("q") ?? "";
  const agents = useQuery({ queryKey: ["agents", "all"], queryFn: listAgents });
  const runs = useQuery({ queryKey: ["overview", "agents"], queryFn: recentRuns, enabled: mayRead, retry: false });
  const [deleting, setDeleting] = useState<Application | null>(null);
  const shown = matching(agents.data ?? [], asked);
  const make = mayWrite && (
    <ButtonLink look="primary" icon={<Plus />} to="/agents/new">
      New agent
    </ButtonLink>
  );
  return (
    <Page title="Agents" actions={make}>
      {agents.isPending && <Loading lines={6} />}
      {agents.error && !agents.data && <Failed error={agents.error} retry={() => void agents.refetch()} />}
      {agents.data?.length === 0 && (
        <Empty icon={<Bot />} title="No agent yet" action={make}>
          An agent asks for a few inputs, such as a product’s name and a tone, and writes the text: “Terra running
          shoe”, friendly → two sentences for a shop.
        </Empty>
      )}
      {agents.data && agents.data.length > 0 && (
        <div className="flex flex-col gap-4">
          <div className="relative max-w-sm">
            <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" aria-hidden="true" />
            <TextField
              label="Search agents"
              hideLabel
              type="search"
              placeholder="Search by name, alias or id"
              className="pl-8!"
              value={asked}
              onChange={(event) => setParams(event.target.value ? { q: event.target.value } : {}, { replace: true })}
            />
          </div>
          {shown.length === 0 ? (
            <Empty title={`No agent matches “${asked}”`}>Search looks at names, aliases and ids.</Empty>
          ) : (
            <AgentsTable agents={shown} runs={runs.data} onDelete={setDeleting} />
          )}
        </div>
      )}
      {deleting && <DeleteAgent agent={deleting} onClose={() => setDeleting(null)} />}
    </Page>
  );
}
