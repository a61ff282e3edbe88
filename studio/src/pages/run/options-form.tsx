import type { ReactNode } from "react";
import { Checkbox, SelectField, TextField } from "@/components/field";
import type { Options } from "./options";

type Shown = { options: Options; change: (change: Partial<Options>) => void; agentName: string; canFanOut: boolean };

const PRIORITIES = [
  ["0", "0, before everything"],
  ["1", "1, three times the places of 5"],
  ["3", "3"],
  ["5", "5, as usual"],
  ["7", "7"],
  ["9", "9, when nothing else waits"],
] as const;

/** How the rows are run. Everything may be left as it is. */
export function OptionsForm({ options, change, agentName, canFanOut }: Shown) {
  return (
    <div className="flex flex-col gap-5">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <TextField
          label="Name"
          maxLength={200}
          placeholder={agentName}
          value={options.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <TextField
          label="Cap in US dollars"
          inputMode="decimal"
          placeholder="none"
          value={options.maxCost}
          onChange={(event) => change({ maxCost: event.target.value })}
          help="The batch pauses before it costs more."
        />
        <TextField
          label="Stop on errors"
          inputMode="decimal"
          placeholder="never"
          value={options.stopOnErrors}
          onChange={(event) => change({ stopOnErrors: event.target.value })}
          help="Percent of rows; it pauses when more of them fail."
        />
        <Trial options={options} change={change} />
        <TextField
          label="Deadline in hours"
          inputMode="decimal"
          placeholder="168"
          value={options.deadlineHours}
          onChange={(event) => change({ deadlineHours: event.target.value })}
          help="Rows that have not ended by then fail."
        />
        <SelectField
          label="Priority"
          value={options.priority}
          onChange={(event) => change({ priority: event.target.value })}
        >
          {PRIORITIES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Webhook"
          type="url"
          placeholder="https://…"
          value={options.webhookUrl}
          onChange={(event) => change({ webhookUrl: event.target.value })}
          help="Told when the batch has ended or pauses by itself."
        />
      </div>
      <Checks {...{ options, change, canFanOut }} />
    </div>
  );
}

function Trial({ options, change }: Pick<Shown, "options" | "change">) {
  return (
    <div className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <SelectField
          label="Try first"
          value={options.trial}
          onChange={(event) => change({ trial: event.target.value as Options["trial"] })}
          help={HELP[options.trial]}
        >
          <option value="none">no, run all rows</option>
          <option value="sample">a sample, then pause</option>
          <option value="canary">a canary, go on if it goes well</option>
        </SelectField>
      </div>
      {options.trial !== "none" && (
        <div className="w-20 self-start">
          <TextField
            label="Rows"
            inputMode="numeric"
            value={options.trialRows}
            onChange={(event) => change({ trialRows: event.target.value })}
          />
        </div>
      )}
    </div>
  );
}

const HELP: Record<Options["trial"], ReactNode> = {
  none: "A few rows first show what the rest will be like.",
  sample: "It waits for you to look at them.",
  canary: "It goes on by itself unless they fail.",
};

function Checks({ options, change, canFanOut }: Pick<Shown, "options" | "change" | "canFanOut">) {
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      <Checkbox
        label="Ask equal rows once"
        help="The others take over the answer and cost nothing."
        checked={options.dedupe}
        onChange={(event) => change({ dedupe: event.target.checked })}
      />
      <Checkbox
        label="Reuse earlier answers"
        help="Of batches on the same version, for rows with the same inputs."
        checked={options.reuse}
        onChange={(event) => change({ reuse: event.target.checked })}
      />
      {canFanOut && (
        <Checkbox
          label="One result for each value"
          help="Where an input has several values, instead of one for all."
          checked={options.fanOut}
          onChange={(event) => change({ fanOut: event.target.checked })}
        />
      )}
    </div>
  );
}
