import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import { Card } from "@/components/card";
import { CopyId } from "@/components/copy";
import { Failed, Loading } from "@/components/states";
import { Badge, Status } from "@/components/status";
import { Time } from "@/components/time";
import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { Page } from "@/frame/page";
import { useAgentNames } from "../batches/agents";
import { Actions } from "./actions";
import { JobParts } from "./detail";
import { isOpen, useJob } from "./reading";
import { fileOf, isIngest, type Job } from "./shapes";

const CRUMBS = [{ to: "/jobs", label: "Jobs" }];

/** One job: where it stands, why it waits, what went in and came out, and every attempt. */
export default function JobPage() {
  const { jobId = "" } = useParams();
  const { data, error, refetch } = useJob(jobId);
  const names = useAgentNames();
  if (!data) {
    return (
      <Page title="Job" crumbs={CRUMBS}>
        {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading lines={8} />}
      </Page>
    );
  }
  const title = data.data?.title || names.get(data.application_id) || "Job";
  return (
    <Page
      title={title}
      crumbs={CRUMBS}
      status={
        <>
          <Status state={data.state} />
          {error ? (
            <Badge tone="warn" live>
              reconnecting
            </Badge>
          ) : null}
        </>
      }
      actions={<Actions job={data} />}
    >
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_17rem]">
        <JobParts job={data} />
        <Facts job={data} agent={names.get(data.application_id)} />
      </div>
    </Page>
  );
}

function OfFile({ job }: { job: Job }) {
  const file = fileOf(job);
  if (file === null) return "–";
  return (
    <Link to={`/files?file=${encodeURIComponent(file)}`} className="hover:underline">
      {job.inputs.find((one) => one.id === "name")?.value[0] ?? "open"}
    </Link>
  );
}

function Facts({ job, agent }: { job: Job; agent: string | undefined }) {
  const { usage } = job;
  const from = job.started_at ?? job.created_at;
  const facts: [string, ReactNode][] = [
    ["Job", <CopyId key="id" id={job.id} />],
    isIngest(job)
      ? ["File", <OfFile key="file" job={job} />]
      : [
          "Agent",
          <Link key="agent" to={`/agents/${job.application_id}`} className="hover:underline">
            {agent ?? "agent"} v{job.agent_version}
          </Link>,
        ],
    ["Created", <Time key="created" at={job.created_at} />],
    ["Started", <Time key="started" at={job.started_at} />],
    ["Ended", <Time key="ended" at={job.completed_at} />],
    ["Took", job.completed_at ? duration(Date.parse(job.completed_at) - Date.parse(from)) : "–"],
    ["Attempts", job.generation > 1 ? `${job.attempts} in retry ${job.generation - 1}` : String(job.attempts)],
    ["Tokens", `${count(usage.prompt_tokens)} in, ${count(usage.completion_tokens)} out`],
    ["Cost", usage.reasks > 0 ? `${money(job.cost)}, with ${usage.reasks} asked again` : money(job.cost)],
    ...Object.entries(job.metadata),
  ];
  if (isOpen(job)) facts.push(["Fails at", <Time key="deadline" at={job.deadline_at} />]);
  if (job.batch_id)
    facts.splice(1, 0, [
      "Batch",
      <Link key="batch" to={`/batches/${job.batch_id}${job.row ? `?row=${job.row}` : ""}`} className="hover:underline">
        {job.row ? `row ${count(job.row)}` : "open"}
      </Link>,
    ]);
  return (
    <Card>
      <dl className="flex flex-col divide-y divide-line text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="flex items-baseline justify-between gap-3 px-4 py-2">
            <dt className="shrink-0 text-xs text-muted">{name}</dt>
            <dd className="min-w-0 text-right break-words" data-number>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
