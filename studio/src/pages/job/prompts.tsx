import { Failed, Loading } from "@/components/states";
import { count, money } from "@/format/numbers";
import { duration } from "@/format/times";
import { useMay } from "@/frame/session";
import { isOpen, usePrompts } from "./reading";
import type { Asked, Job } from "./shapes";
import { Text } from "./values";

/** Each prompt as it was sent, beside what came back. Prompts are shown to those who may write them. */
export function Prompts({ job }: { job: Job }) {
  const may = useMay("agents:write");
  const { data, error, refetch } = usePrompts(job, may);
  if (!may) return <p className="text-sm text-muted">Prompts are shown to people who may edit the agent.</p>;
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading lines={3} />;
  if (data.data.length === 0) return <p className="text-sm text-muted">Nothing was asked yet.</p>;
  return (
    <div className="flex flex-col gap-4">
      {data.data.map((asked) => (
        <One key={`${asked.part} ${asked.prompt}`} asked={asked} open={isOpen(job)} />
      ))}
    </div>
  );
}

function One({ asked, open }: { asked: Asked; open: boolean }) {
  const name = asked.part === null ? asked.prompt : `${asked.prompt}, value ${asked.part + 1}`;
  const facts = [
    asked.model ?? "the default model",
    asked.usage.total_tokens > 0 && `${count(asked.usage.total_tokens)} tokens`,
    asked.cost !== null && asked.cost > 0 && money(asked.cost),
    asked.duration_ms !== null && duration(asked.duration_ms),
    asked.calls.length > 1 && `${asked.calls.length} calls`,
  ].filter(Boolean);
  if (!open && asked.messages === null && asked.output === null) {
    return (
      <article>
        <h3 className="text-sm font-medium">{name}</h3>
        <p className="text-sm text-muted">Not asked: a prompt that it refers to has no answer.</p>
      </article>
    );
  }
  return (
    <article className="@container">
      <h3 className="flex flex-wrap items-baseline gap-x-2 text-sm">
        <span className="font-medium">{name}</span>
        <span className="text-xs text-muted">{facts.join(" · ")}</span>
      </h3>
      <div className="mt-1.5 grid gap-2 @xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-2">
          {asked.messages === null ? (
            <p className="text-sm text-muted">
              {open
                ? "It is asked when the prompts before it are answered."
                : "The earlier result it refers to is not kept."}
            </p>
          ) : (
            asked.messages.map((message, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: messages have no name of their own and never change places
              <div key={at}>
                <div className="mb-0.5 text-xs text-muted">{message.role === "system" ? "System" : "Sent"}</div>
                <Text
                  text={message.content}
                  label={`${name}, ${message.role === "system" ? "system prompt" : "prompt"}`}
                />
                {message.images && message.images.length > 0 && (
                  <p className="mt-1 text-xs text-muted">{imagesOf(message.images)}</p>
                )}
              </div>
            ))
          )}
        </div>
        <div className="min-w-0">
          <div className="mb-0.5 text-xs text-muted">Answered</div>
          {asked.output === null ? (
            <p className="text-sm text-muted">
              No answer{asked.calls.length > 0 ? ": see the timeline for why." : " yet."}
            </p>
          ) : (
            <Text text={asked.output} label={`${name}, answer`} />
          )}
        </div>
      </div>
    </article>
  );
}

/** Images that went with a message: how many, and their types. */
export function imagesOf(images: readonly string[]): string {
  const types = [...new Set(images.map((one) => one.split(":")[0]))].join(", ");
  return `with ${images.length === 1 ? "an image" : `${images.length} images`}: ${types}`;
}
