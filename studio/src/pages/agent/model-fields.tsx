import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { api, body } from "@/api/client";
import { Button, IconButton } from "@/components/button";
import { SelectField } from "@/components/field";
import type { AgentPrompt } from "./definition";
import { useIssue } from "./editing-context";
import { NumberField } from "./input-form";
import { ListField } from "./list-field";
import { Section } from "./section";

type Set = (change: Partial<AgentPrompt>, place?: string) => void;

export function useModels() {
  return useQuery({ queryKey: ["models"], queryFn: () => body(api.GET("/v1/models")), staleTime: 30_000 });
}

/** Who answers a prompt, and how freely. */
export function ModelFields({ prompt, field, set }: { prompt: AgentPrompt; field: string; set: Set }) {
  const several = prompt.models ?? [];
  const first = several[0] ?? prompt.model ?? "";
  const choose = (name: string) =>
    several.length > 0 && name
      ? set({ models: [name, ...several.slice(1).filter((one) => one !== name)] })
      : set({ model: name || null, models: [] });
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-[minmax(0,1fr)_7rem_7rem]">
      <div className="col-span-2 sm:col-span-1">
        <ModelSelect label="Model" value={first} onChange={choose} none="Default model" />
      </div>
      <NumberField
        label="Temperature"
        field={`${field}.temperature`}
        min={0}
        max={2}
        step="any"
        value={prompt.temperature}
        placeholder="model’s"
        onChange={(value) => set({ temperature: value }, "temperature")}
      />
      <NumberField
        label="Max tokens"
        field={`${field}.max_tokens`}
        max={1_000_000}
        value={prompt.max_tokens}
        placeholder="model’s"
        onChange={(value) => set({ max_tokens: value }, "max_tokens")}
      />
    </div>
  );
}

/** The configured models; one that a draft names and nobody configured stays visible, marked. */
export function ModelSelect({
  label,
  value,
  none,
  onChange,
}: {
  label: string;
  value: string;
  none?: string;
  onChange: (name: string) => void;
}) {
  const models = useModels().data?.models ?? [];
  const usual = models.find((one) => one.default)?.name;
  const missing = value !== "" && models.length > 0 && !models.some((one) => one.name === value);
  return (
    <SelectField
      label={label}
      value={value}
      error={missing ? `Nobody configured ${value}: choose another, or add it in Settings.` : null}
      onChange={(event) => onChange(event.target.value)}
    >
      {none && <option value="">{usual ? `${none} (${usual})` : none}</option>}
      {(missing || models.length === 0) && value && <option value={value}>{value}</option>}
      {models.map((one) => (
        <option key={one.name} value={one.name}>
          {one.name}
        </option>
      ))}
    </SelectField>
  );
}

const MOST = 5;

/** Who is asked when the model cannot serve, and what ends an answer. */
export function Failover({ prompt, field, set }: { prompt: AgentPrompt; field: string; set: Set }) {
  const models = useModels().data?.models ?? [];
  const several = prompt.models?.length ? prompt.models : prompt.model ? [prompt.model] : [];
  const issue = useIssue(`${field}.models`);
  const rest = several.slice(1);
  const free = models.map((one) => one.name).filter((name) => !several.includes(name));
  const first = several[0] ?? models.find((one) => one.default)?.name;
  const take = (all: string[]) =>
    all.length > 1 ? set({ models: all, model: null }) : set({ models: [], model: all[0] ?? null });
  const add = () => {
    const name = free.find((one) => one !== first);
    if (first && name) take([first, ...rest, name]);
  };
  const stops = prompt.stop?.length ?? 0;
  const note = [rest.length ? `then ${rest.join(", ")}` : "", stops ? `stops at ${stops}` : ""]
    .filter(Boolean)
    .join(" · ");
  return (
    <Section title="Other models and stops" note={note || "none"}>
      <p className="text-xs text-muted">
        When the model is down, too slow, out of quota or at its limit, the next one here is asked.
      </p>
      {rest.map((name, at) => (
        <div key={name} className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <ModelSelect
              label={`Then model ${at + 2}`}
              value={name}
              onChange={(to) => take(several.map((one, place) => (place === at + 1 ? to : one)))}
            />
          </div>
          <IconButton label={`Remove ${name}`} onClick={() => take(several.filter((_, place) => place !== at + 1))}>
            <X />
          </IconButton>
        </div>
      ))}
      {issue && <p className="text-xs text-bad">{issue}</p>}
      {several.length < MOST && (
        <Button
          size="small"
          icon={<Plus />}
          className="self-start"
          onClick={add}
          disabled={!first || free.every((one) => one === first)}
        >
          Add a model
        </Button>
      )}
      <ListField
        label="Stop at"
        help="Texts that end the answer, one a line, at most 4; \n is a line break."
        value={(prompt.stop ?? []).map((one) => one.replaceAll("\n", "\\n"))}
        onChange={(stop) => set({ stop: stop.slice(0, 4).map((one) => one.replaceAll("\\n", "\n")) }, "stop")}
      />
    </Section>
  );
}
