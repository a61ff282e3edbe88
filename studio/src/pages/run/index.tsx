import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { api, body, type Schemas } from "@/api/client";
import { ButtonLink } from "@/components/button";
import { Segmented } from "@/components/segmented";
import { Empty, Failed, Loading } from "@/components/states";
import { Badge } from "@/components/status";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { useNoting } from "@/frame/use-used";
import { BatchForm } from "./batch-form";
import { JobForm } from "./job-form";

type Agent = Schemas["ApplicationShape"];
const WAYS = [
  { value: "job", label: "One job" },
  { value: "rows", label: "A file of rows" },
] as const;

/** Run an agent: once by a form, or once for every row of a file. */
export default function Run() {
  const { agentId = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["agent", agentId],
    queryFn: () =>
      body(api.GET("/v1/applications/{application_id}", { params: { path: { application_id: agentId } } })),
  });
  useNoting(data);
  const crumbs = [
    { to: "/agents", label: "Agents" },
    ...(data ? [{ to: `/agents/${data.id}`, label: data.name }] : []),
  ];
  return (
    <Page
      title="Run"
      crumbs={crumbs}
      status={data?.deployed_version ? <Badge tone="good">{`v${data.deployed_version} deployed`}</Badge> : null}
    >
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading lines={6} />}
      {data && <Runnable agent={data} />}
    </Page>
  );
}

function Runnable({ agent }: { agent: Agent }) {
  const [params, setParams] = useSearchParams();
  const may = useMay("jobs:write");
  const way = params.has("rows") ? "rows" : "job";
  const earlier = useEarlier(params.get("job"));
  if (!agent.deployed_version)
    return (
      <Empty
        title="This agent is not deployed yet"
        action={
          <ButtonLink look="primary" to={`/agents/${agent.id}`}>
            Open the editor
          </ButtonLink>
        }
      >
        Jobs run on a deployed version, which does not change while you edit. Deploy the draft, then run it.
      </Empty>
    );
  if (!may) return <Empty title="You may look, not run">An administrator can give you the role of an editor.</Empty>;
  return (
    <div className="flex flex-col items-start gap-4">
      <Segmented
        label="How to run"
        value={way}
        onChange={(to) => setParams(to === "rows" ? { rows: "" } : {}, { replace: true })}
        options={WAYS}
      />
      <div className="w-full min-w-0">
        {way === "rows" && <BatchForm agent={agent} />}
        {way === "job" && (earlier === undefined ? <Loading /> : <JobForm agent={agent} earlier={earlier} />)}
      </div>
    </div>
  );
}

/** The inputs of the job that is to be run again; null when there is none, undefined while they are asked for. */
function useEarlier(jobId: string | null) {
  const { data, isPending } = useQuery({
    queryKey: ["job", jobId],
    queryFn: () => body(api.GET("/v1/applications/jobs/{job_id}", { params: { path: { job_id: jobId ?? "" } } })),
    enabled: jobId !== null,
    retry: false,
  });
  if (jobId === null) return null;
  return isPending ? undefined : (data?.inputs ?? null);
}
