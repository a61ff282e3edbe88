import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useParams } from "react-router";
import { api, body } from "@/api/client";
import { Problem } from "@/api/problem";
import { Failed, Loading } from "@/components/states";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { forgetUsed, useNoting } from "@/frame/use-used";
import { Editor } from "./editor";
import { loadDraft } from "./remote";
import { Summary } from "./summary";

const CRUMBS = [{ to: "/agents", label: "Agents" }];

/** The editor of an agent; what it asks for, for those who may not change it. */
export default function Agent() {
  const { agentId = "" } = useParams();
  const mayWrite = useMay("agents:write");
  const agent = useQuery({
    queryKey: ["agents", agentId],
    queryFn: () =>
      body(
        api.GET("/v1/applications/{application_id}", {
          params: { path: { application_id: agentId }, query: { include: "drafts" } },
        }),
      ),
  });
  useNoting(agent.data);
  const isGone = agent.error instanceof Problem && agent.error.status === 404;
  useEffect(() => {
    if (isGone) forgetUsed(agentId);
  }, [isGone, agentId]);
  // The draft is read once: from then on the editor holds it, and `If-Match` tells when somebody else changed it.
  const draft = useQuery({
    queryKey: ["agents", agentId, "draft"],
    queryFn: () => loadDraft(agentId),
    enabled: mayWrite,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const failed = agent.error ?? draft.error;
  if (failed && !(agent.data && (draft.data || !mayWrite)))
    return (
      <Page title="Agent" crumbs={CRUMBS}>
        <Failed
          error={failed}
          retry={() => {
            void agent.refetch();
            if (mayWrite) void draft.refetch();
          }}
        />
      </Page>
    );
  if (!agent.data || (mayWrite && !draft.data))
    return (
      <Page title="Agent" crumbs={CRUMBS}>
        <Loading lines={8} />
      </Page>
    );
  if (!mayWrite || !draft.data) return <Summary agent={agent.data} />;
  return <Editor key={agent.data.id} agent={agent.data} loaded={draft.data} />;
}
