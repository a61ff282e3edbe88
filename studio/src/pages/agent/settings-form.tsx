import { CopyId } from "@/components/copy";
import { Checkbox, SelectField, TextArea, TextField } from "@/components/field";
import { type AgentSettings, DEFAULTS } from "./definition";
import { useEditing, useIssue } from "./editing-context";
import { NumberField } from "./input-form";

/** What the agent is called elsewhere, and how its jobs are run. */
export function SettingsForm() {
  const { agent, draft, change } = useEditing();
  const fanOut = useIssue("settings.fan_out");
  const settings = { ...DEFAULTS, ...draft.settings };
  const set = (changed: AgentSettings, place?: string) =>
    change(
      (one) => ({ ...one, settings: { ...one.settings, ...changed } }),
      place === undefined ? undefined : `settings.${place}`,
    );
  return (
    <div className="flex max-w-xl flex-col gap-4">
      <div className="flex flex-col gap-1">
        <span className="text-xs font-medium">Id</span>
        <CopyId id={agent} />
      </div>
      <TextField
        label="Alias"
        value={draft.alias ?? ""}
        maxLength={100}
        placeholder="product-description"
        error={useIssue("alias")}
        help="May be used wherever the id may."
        onChange={(event) => change((one) => ({ ...one, alias: event.target.value }), "alias")}
      />
      <TextArea
        label="Description"
        value={draft.description ?? ""}
        maxLength={10_000}
        onChange={(event) => change((one) => ({ ...one, description: event.target.value }), "description")}
      />
      <Checkbox
        label="One result for each value"
        help="An input with several values is run once for each, instead of once for all of them together."
        checked={settings.fan_out ?? false}
        onChange={(event) => set({ fan_out: event.target.checked })}
      />
      {fanOut && <p className="text-xs text-bad">{fanOut}</p>}
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <TextField
          label="Between several values"
          value={settings.joiner.replaceAll("\n", "\\n")}
          maxLength={100}
          help="\n is a line break."
          onChange={(event) => set({ joiner: event.target.value.replaceAll("\\n", "\n") }, "joiner")}
        />
        <NumberField
          label="Jobs at once"
          field="settings.concurrency"
          max={10_000}
          value={settings.concurrency}
          placeholder="no limit"
          help="Over all workers."
          onChange={(concurrency) => set({ concurrency }, "concurrency")}
        />
        <NumberField
          label="Deadline, hours"
          field="settings.deadline_s"
          min={0.01}
          step="any"
          max={720}
          value={settings.deadline_s / 3600}
          help="Every job ends within this time."
          onChange={(hours) =>
            set({ deadline_s: hours ? Math.max(1, Math.round(hours * 3600)) : DEFAULTS.deadline_s }, "deadline_s")
          }
        />
        <NumberField
          label="Attempts"
          field="settings.max_attempts"
          max={20}
          value={settings.max_attempts}
          help="Before a job that may pass is given up."
          onChange={(value) => set({ max_attempts: value ?? DEFAULTS.max_attempts }, "max_attempts")}
        />
        <SelectField
          label="When a worker is lost"
          value={settings.on_worker_loss}
          onChange={(event) => set({ on_worker_loss: event.target.value as "retry" | "fail" })}
        >
          <option value="retry">Run the job again</option>
          <option value="fail">Fail: never run twice</option>
        </SelectField>
      </div>
    </div>
  );
}
