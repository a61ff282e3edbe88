import { ListChecks } from "lucide-react";
import { Link, useSearchParams } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Failed, Loading } from "@/components/states";
import { Status } from "@/components/status";
import { Time } from "@/components/time";
import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { Page } from "@/frame/page";
import { RunMenu } from "../batches/run-menu";
import { RunsSwitch } from "../batches/runs-switch";
import { Filters } from "./filter-bar";
import { type Filter, isFiltered, readFilter, writeFilter } from "./filters";
import { type JobLine, useJobs } from "./reading";

/** Everything running and done, of all agents; the filter stands in the address. */
export default function Jobs() {
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  const change = (changed: Partial<Filter>) => setParams(writeFilter(filter, changed), { replace: true });
  const { jobs, data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } =
    useJobs(filter);
  return (
    <Page title="Jobs" heading={<RunsSwitch />} actions={<RunMenu many={false} />} wide>
      <h1 className="sr-only">Jobs</h1>
      <Filters filter={filter} change={change} />
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading lines={8} />}
      {data && jobs.length === 0 && !hasNextPage && <None filter={filter} onClear={() => setParams({})} />}
      {jobs.length > 0 && (
        <Card className={`overflow-hidden ${isPlaceholderData ? "opacity-60" : ""}`}>
          <ul className="divide-y divide-line">
            {jobs.map((one) => (
              <Line key={one.id} job={one} />
            ))}
          </ul>
        </Card>
      )}
      {hasNextPage && (
        <div className="mt-3 flex justify-center">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older jobs
          </Button>
        </div>
      )}
    </Page>
  );
}

function Line({ job }: { job: JobLine }) {
  const [first, ...others] = Object.values(job.inputs);
  return (
    <li className="relative grid items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-hover md:grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)_7.5rem_4.5rem_5rem_5.5rem]">
      <div className="min-w-0 max-md:pr-28">
        <Link to={`/jobs/${job.id}`} className="block truncate text-sm after:absolute after:inset-0">
          {first || job.application_name}
          {others.length > 0 && <span className="text-muted"> · {others.join(" · ")}</span>}
        </Link>
        <div className="truncate text-xs text-muted">
          {job.application_name} v{job.agent_version}
          {job.row !== null && ` · row ${count(job.row)} of a batch`}
        </div>
      </div>
      <div className={`truncate text-sm ${job.error ? "text-bad" : "text-muted"}`}>
        {job.error ?? job.output ?? "\u00a0"}
      </div>
      <div className="max-md:absolute max-md:top-2.5 max-md:right-4">
        <Status state={job.state} />
      </div>
      <div className="text-right text-sm max-md:hidden" data-number>
        {job.duration_ms === null ? "–" : duration(job.duration_ms)}
      </div>
      <div className="text-right text-sm max-md:hidden" data-number>
        {money(job.cost)}
      </div>
      <div className="text-xs text-muted md:text-right">
        <Time at={job.created_at} />
      </div>
    </li>
  );
}

function None({ filter, onClear }: { filter: Filter; onClear: () => void }) {
  if (isFiltered(filter))
    return (
      <Empty title="No job is like that" action={<Button onClick={onClear}>Show all jobs</Button>}>
        None of the jobs fits the filter.
      </Empty>
    );
  return (
    <Empty icon={<ListChecks />} title="No jobs yet" action={<RunMenu many={false} />}>
      A job is one run of an agent: inputs in, a text out, every attempt on record. Run one here, from the command line
      or through the API.
    </Empty>
  );
}
