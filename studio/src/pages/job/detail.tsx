import type { ReactNode } from "react";
import { Link } from "react-router";
import { Card } from "@/components/card";
import { Failed, Loading } from "@/components/states";
import { sentence } from "../batch/words";
import { Passages } from "../graph/passages";
import { Inputs } from "./inputs";
import { Prompts } from "./prompts";
import { isOpen, useJob } from "./reading";
import { isIngest, type Job } from "./shapes";
import { ofSources, sourcesOf } from "./sources";
import { Timeline } from "./timeline-list";
import { Text } from "./values";

/** What came in, what was asked, what came out, and every attempt; `nested` in a sheet, without cards. */
export function JobDetail({ id, nested = false }: { id: string; nested?: boolean }) {
  const { data, error, refetch } = useJob(id);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading lines={8} />;
  return <JobParts job={data} nested={nested} />;
}

export function JobParts({ job, nested = false }: { job: Job; nested?: boolean }) {
  const Part = nested ? Section : Titled;
  const sources = sourcesOf(job);
  return (
    <div className={nested ? "flex flex-col gap-5" : "flex flex-col gap-4"}>
      <Why job={job} />
      {job.data && (
        <Part title="Result">
          <Result job={job} />
          <Notes notes={job.data.notes ?? []} />
        </Part>
      )}
      {sources.length > 0 && (
        <Part title="Sources">
          <Passages passages={ofSources(sources)} />
        </Part>
      )}
      <Part title="Inputs">
        <Inputs job={job} />
      </Part>
      {!isIngest(job) && (
        <Part title="Prompts">
          <Prompts job={job} />
        </Part>
      )}
      <Part title="Timeline">
        <Timeline job={job} />
      </Part>
    </div>
  );
}

/** Why it failed, or why it waits. */
function Why({ job }: { job: Job }) {
  if (job.reused_from) {
    return (
      <p className="rounded-lg bg-info-soft px-3 py-2 text-sm text-info">
        It has the same inputs as{" "}
        <Link to={`/jobs/${job.reused_from}`} className="underline">
          another job
        </Link>
        , so it shares that one's result and cost nothing.
      </p>
    );
  }
  if (job.error && !isOpen(job)) {
    return (
      <div role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm break-words text-bad">
        {sentence(job.error)}
        {job.error_code && <div className="mt-0.5 font-mono text-xs">{job.error_code}</div>}
      </div>
    );
  }
  if (job.queued_reason) {
    return (
      <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm break-words text-warn">{sentence(job.queued_reason)}</p>
    );
  }
  return null;
}

function Result({ job }: { job: Job }) {
  const results = job.data?.results;
  if (results && results.length > 0) {
    return (
      <div className="flex flex-col gap-3">
        {results.map((one) => (
          <div key={`${one.input} ${one.value}`}>
            <div className="mb-0.5 text-xs break-words text-muted">
              {one.input}: {one.value}
            </div>
            <Text text={one.suggestion} label={`result for ${one.value}`} />
          </div>
        ))}
      </div>
    );
  }
  return <Text text={job.data?.suggestion ?? ""} label={job.data?.title ?? "result"} />;
}

/** What was left out of what the models were given: nothing is cut silently. */
function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="mt-2 flex flex-col gap-1 rounded-lg bg-warn-soft px-3 py-2 text-sm break-words text-warn">
      {notes.map((note) => (
        <li key={note}>{sentence(note)}</li>
      ))}
    </ul>
  );
}

const Titled = ({ title, children }: { title: string; children: ReactNode }) => (
  <Card title={title}>
    <div className="px-4 pb-4">{children}</div>
  </Card>
);

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h3 className="mb-2 text-sm font-semibold">{title}</h3>
    {children}
  </section>
);
