import { CopyButton } from "@/components/copy";
import { Spinner } from "@/components/spinner";
import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { Passages } from "../graph/passages";
import { imagesOf } from "../job/prompts";
import { ofSources } from "../job/sources";
import type { Asked, Result, Streaming, Test } from "./draft-run";
import { Section } from "./section";

const TEXT = "text-sm break-words whitespace-pre-wrap";

/** What came of a test, while it comes. */
export function TestResult({ test }: { test: Test }) {
  return (
    <div className="flex flex-col gap-3" aria-live="polite" aria-busy={test.state === "running"}>
      {test.state === "done" ? <Done result={test.result} /> : <Streams prompts={test.prompts} test={test} />}
      {test.state === "failed" && (
        <div role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
          {test.faults.length > 1 ? (
            <ul className="list-disc pl-4">
              {test.faults.map((one) => (
                <li key={one.text}>{one.text}</li>
              ))}
            </ul>
          ) : (
            (test.faults[0]?.text ?? test.message)
          )}
        </div>
      )}
      {test.state === "stopped" && (
        <p className="text-xs text-muted">Stopped. What had been asked is still paid for.</p>
      )}
    </div>
  );
}

function Streams({ prompts, test }: { prompts: Streaming[]; test: Test }) {
  if (prompts.length === 0)
    return test.state === "running" ? (
      <p className="flex items-center gap-2 text-sm text-muted">
        <Spinner /> Asking the model
      </p>
    ) : null;
  return prompts.map((one, at) => (
    <section key={`${one.part}-${one.prompt}`} className="rounded-lg border border-line bg-surface p-3">
      <h3 className="mb-1 flex items-center gap-2 text-xs text-muted">
        {one.prompt}
        {one.part !== null && <span>· value {one.part + 1}</span>}
        {test.state === "running" && at === prompts.length - 1 && <Spinner />}
      </h3>
      <p className={TEXT}>{one.text}</p>
    </section>
  ));
}

function Done({ result }: { result: Result }) {
  return (
    <>
      <section aria-label={result.title} className="rounded-lg border border-line bg-surface">
        <header className="flex items-center gap-2 border-b border-line py-1 pr-1 pl-3">
          <h3 className="min-w-0 flex-1 truncate text-xs font-medium">{result.title}</h3>
          <CopyButton text={result.suggestion} label="Copy the text" />
        </header>
        <p className={`${TEXT} p-3`}>{result.suggestion || <span className="text-muted">The text is empty.</span>}</p>
      </section>
      <p className="text-xs text-muted" data-number>
        {count(result.usage.total_tokens)} tokens · {money(result.cost)} · {duration(result.duration_ms)}
      </p>
      {result.results && result.results.length > 1 && (
        <Section title="Results" note={`${result.results.length}, one for each value`}>
          {result.results.map((one) => (
            <div key={one.value}>
              <h4 className="text-xs text-muted">{one.value}</h4>
              <p className={TEXT}>{one.suggestion}</p>
            </div>
          ))}
        </Section>
      )}
      {result.sources && result.sources.length > 0 && (
        <Section title="Sources" note={`${ofSources(result.sources).length}`}>
          <Passages passages={ofSources(result.sources)} />
        </Section>
      )}
      <Section title="Prompts as sent" note={`${result.prompts.length}`}>
        {result.prompts.map((one) => (
          <AsSent key={`${one.part}-${one.prompt}`} asked={one} />
        ))}
      </Section>
    </>
  );
}

function AsSent({ asked }: { asked: Asked }) {
  const failed = asked.calls.filter((one) => one.outcome !== "completed");
  return (
    <div className="flex flex-col gap-1.5">
      <h4 className="flex flex-wrap gap-x-2 text-xs font-medium" data-number>
        {asked.prompt}
        <span className="font-normal text-muted">
          {[
            asked.model,
            `${count(asked.usage.total_tokens)} tokens`,
            asked.duration_ms === null ? "" : duration(asked.duration_ms),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </h4>
      {asked.messages?.map((one) => (
        <div key={one.role} className="rounded-md bg-sunken p-2">
          <span className="text-xs text-muted">{one.role}</span>
          <p className="text-xs break-words whitespace-pre-wrap">{one.content}</p>
          {one.images && one.images.length > 0 && <p className="text-xs text-muted">{imagesOf(one.images)}</p>}
        </div>
      ))}
      {asked.output !== null && <p className="text-xs break-words whitespace-pre-wrap">{asked.output}</p>}
      {failed.map((one) => (
        <p key={`${one.attempt}-${one.model}-${one.outcome}`} className="text-xs text-warn">
          {one.model}: {one.outcome.replaceAll("_", " ")} after {duration(one.duration_ms)}
        </p>
      ))}
    </div>
  );
}
