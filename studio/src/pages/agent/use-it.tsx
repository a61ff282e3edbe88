import { useState } from "react";
import { CopyButton } from "@/components/copy";
import { Sheet } from "@/components/dialog";
import { Segmented } from "@/components/segmented";
import type { AgentInput } from "./definition";
import type { Application } from "./remote";
import { type Language, sampleValues, snippets, type Values } from "./snippets";

/** The guide's snippets for this agent, ready to be pasted. */
export function UseIt({ agent, values, onClose }: { agent: Application; values?: Values; onClose: () => void }) {
  const [language, setLanguage] = useState<Language>("curl");
  const inputs = agent.inputs.map(asDefined);
  const all = snippets(location.origin, agent.id, sampleValues(inputs, values));
  const shown = all.find((one) => one.language === language) ?? all[0];
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title={`Use ${agent.name}`}
      description={
        agent.deployed_version
          ? `Runs v${agent.deployed_version}, and whatever is deployed after it.`
          : "Deploy it first: callers run versions, never drafts."
      }
    >
      <div className="flex flex-col gap-4 *:first:self-start">
        <Segmented
          label="Language"
          value={language}
          onChange={setLanguage}
          options={all.map((one) => ({ value: one.language, label: one.label }))}
        />
        {shown && <Block title="First" text={shown.before} />}
        {shown && <Block title="Then" text={shown.code} />}
        <p className="text-xs text-muted">
          Settings, Keys makes a key. One with the scopes jobs:write and jobs:read may run agents and nothing else.
        </p>
      </div>
    </Sheet>
  );
}

function Block({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-sunken">
      <header className="flex items-center justify-between border-b border-line py-1 pr-1 pl-3 text-xs text-muted">
        {title}
        <CopyButton text={text} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto p-3 font-mono text-xs leading-5">
        {text}
      </pre>
    </section>
  );
}

/** An input as the API lists it, as a definition says it. */
function asDefined(input: Application["inputs"][number]): AgentInput {
  const { list, ...limits } = (input.options ?? {}) as { list?: string[] };
  return {
    name: input.name,
    type: input.input_type,
    required: input.required,
    description: input.description ?? null,
    ...limits,
    ...(list ? { options: list } : {}),
  };
}
