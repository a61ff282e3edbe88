import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { Badge, type Tone } from "@/components/status";
import { count } from "@/format/numbers";

type Model = Schemas["Overview"]["models"][number];

const STATES: Record<Model["state"], [Tone, string]> = {
  ok: ["good", "answers"],
  held_back: ["warn", "held back"],
  no_quota: ["bad", "no quota left"],
  down: ["bad", "down"],
};

function Use({ model }: { model: Model }) {
  const parts = [
    model.rpm === null ? null : `${count(model.used?.requests ?? 0)} of ${count(model.rpm)} requests/min`,
    model.tpm === null ? null : `${count(model.used?.tokens ?? 0)} of ${count(model.tpm)} tokens/min`,
    model.concurrency === null ? null : `${count(model.used?.running ?? 0)} of ${count(model.concurrency)} at once`,
  ].filter(Boolean);
  return <>{parts.join(" · ") || "no limits set"}</>;
}

/** Who answers, how close each model is to its limits, and why one does not. */
export function ModelHealth({ models }: { models: readonly Model[] }) {
  return (
    <Card title="Models">
      <ul className="border-t border-line">
        {models.map((model) => {
          const [tone, word] = STATES[model.state];
          return (
            <li
              key={model.name}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 last:border-0"
            >
              <span className="font-medium break-all">{model.name}</span>
              <Badge tone={tone}>{word}</Badge>
              <span className="text-xs text-muted sm:ml-auto" data-number>
                <Use model={model} />
              </span>
              {model.reason && <span className="w-full text-xs text-muted">{model.reason}</span>}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
