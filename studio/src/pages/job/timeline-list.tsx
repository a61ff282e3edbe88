import { CopyId } from "@/components/copy";
import { Failed, Loading } from "@/components/states";
import { exactClock, exactTime } from "@/format/times";
import { useEvents } from "./reading";
import type { Job } from "./shapes";
import { linesOf, since, type Tone } from "./timeline";

const DOTS: Record<Tone, string> = {
  good: "bg-good",
  bad: "bg-bad",
  warn: "bg-warn",
  info: "bg-info",
  neutral: "bg-line-strong",
};

/** Every move a job made, every attempt, every call of a model. */
export function Timeline({ job }: { job: Job }) {
  const { data, error, refetch } = useEvents(job);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading lines={3} />;
  const lines = linesOf(data.data);
  return (
    <ol className="flex flex-col">
      {lines.map((line, at) => (
        <li key={line.seq} className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3">
          <span className="flex w-2 flex-col items-center" aria-hidden="true">
            <span className={`mt-1.5 size-2 shrink-0 rounded-full ${DOTS[line.tone]}`} />
            {at < lines.length - 1 && <span className="w-px flex-1 bg-line" />}
          </span>
          <div className="min-w-0 pb-3">
            <div className="text-sm">{line.title}</div>
            {line.detail && <div className="text-xs break-words whitespace-pre-wrap text-muted">{line.detail}</div>}
            {line.calls.map((call, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: calls have no name of their own and never change places
              <div key={number} className={`mt-0.5 text-xs break-words ${call.isBad ? "text-bad" : "text-muted"}`}>
                {call.text}
                {call.requestId && (
                  <>
                    {" · "}
                    <CopyId id={call.requestId} short />
                  </>
                )}
              </div>
            ))}
          </div>
          <div className="text-right text-xs text-muted">
            <time dateTime={line.at} title={exactTime(line.at)}>
              {exactClock(line.at)}
            </time>
            <div>{since(lines, at)}</div>
          </div>
        </li>
      ))}
    </ol>
  );
}
