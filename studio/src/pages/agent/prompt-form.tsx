import { ArrowLeft, ArrowRight, Ellipsis, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { IconButton } from "@/components/button";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import type { AgentPrompt, Draft, Keyed } from "./definition";
import { moved, rename, withPrompt } from "./editing";
import { useEditing, useIssue } from "./editing-context";
import { Failover, ModelFields } from "./model-fields";
import { NameField } from "./name-field";
import { fold } from "./references";
import { SchemaForm } from "./schema-form";
import { Section } from "./section";
import { TemplateField } from "./template-field";
import { known, offered } from "./validate";

/** One question to one model: its text, who answers, and what the answer must look like. */
export function PromptForm({ at, onRemoved }: { at: number; onRemoved: () => void }) {
  const { draft, change } = useEditing();
  const prompt = draft.prompts[at] as Keyed<AgentPrompt>;
  const field = `prompts[${at}]`;
  const all = useMemo(() => known(draft), [draft]);
  const names = useMemo(() => offered(draft, at), [draft, at]);
  const others = [...draft.inputs, ...draft.prompts].filter((one) => one.key !== prompt.key);
  const set = (changed: Partial<AgentPrompt>, place?: string) =>
    change((one) => withPrompt(one, prompt.key, changed), place ? `${prompt.key}.${place}` : undefined);
  return (
    <div className="flex flex-1 flex-col gap-4">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <NameField
            value={prompt.name}
            error={useIssue(`${field}.name`)}
            taken={(name) => others.some((one) => fold(one.name) === fold(name))}
            onRename={(name) => change((one) => rename(one, prompt.key, name))}
          />
        </div>
        <PromptMenu at={at} draft={draft} change={change} onRemoved={onRemoved} />
      </div>
      <ModelFields prompt={prompt} field={field} set={set} />
      <TemplateField
        label="Prompt"
        value={prompt.prompt}
        known={all}
        offered={names}
        error={useIssue(`${field}.prompt`)}
        placeholder="Write two sentences about @Topic. Type @ to put in an input or an earlier result."
        tall
        onChange={(text) => set({ prompt: text }, "prompt")}
      />
      <Section title="System prompt" note={prompt.system ? "set" : "none"} open={Boolean(prompt.system)}>
        <TemplateField
          label="System prompt"
          hideLabel
          value={prompt.system ?? ""}
          known={all}
          offered={names}
          error={useIssue(`${field}.system`)}
          placeholder="Who the model is and how it writes, for every run alike."
          onChange={(text) => set({ system: text }, "system")}
        />
      </Section>
      <Section
        title="JSON output"
        note={prompt.json_schema ? "checked by a schema" : "plain text"}
        open={Boolean(prompt.json_schema)}
      >
        <SchemaForm prompt={prompt} field={field} set={set} />
      </Section>
      <Failover prompt={prompt} field={field} set={set} />
    </div>
  );
}

function PromptMenu({
  at,
  draft,
  change,
  onRemoved,
}: {
  at: number;
  draft: Draft;
  change: (next: (draft: Draft) => Draft) => void;
  onRemoved: () => void;
}) {
  const move = (to: number) => change((one) => ({ ...one, prompts: moved(one.prompts, at, to) }));
  return (
    <Menu
      trigger={
        <IconButton label="Move or remove this prompt" className="shrink-0">
          <Ellipsis />
        </IconButton>
      }
    >
      <MenuItem icon={<ArrowLeft />} disabled={at === 0} onSelect={() => move(at - 1)}>
        Ask earlier
      </MenuItem>
      <MenuItem icon={<ArrowRight />} disabled={at === draft.prompts.length - 1} onSelect={() => move(at + 1)}>
        Ask later
      </MenuItem>
      <MenuLine />
      <MenuItem
        danger
        icon={<Trash2 />}
        disabled={draft.prompts.length === 1}
        onSelect={() => {
          change((one) => ({ ...one, prompts: one.prompts.filter((_, place) => place !== at) }));
          onRemoved();
        }}
      >
        Remove prompt
      </MenuItem>
    </Menu>
  );
}
