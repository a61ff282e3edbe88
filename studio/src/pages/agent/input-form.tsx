import { Trash2 } from "lucide-react";
import { Button } from "@/components/button";
import { Checkbox, SelectField, TextArea, TextField } from "@/components/field";
import { type AgentInput, type InputType, type Keyed, newInput } from "./definition";
import { rename, retyped, withInput } from "./editing";
import { useEditing, useIssue } from "./editing-context";
import { KINDS } from "./input-kinds";
import { InputLimits } from "./input-limits";
import { NameField } from "./name-field";
import { fold } from "./references";

/** Everything that can be said about one input. */
export function InputForm({ input, onRemove }: { input: Keyed<AgentInput>; onRemove: () => void }) {
  const { draft, change, values, setValues } = useEditing();
  const at = draft.inputs.findIndex((one) => one.key === input.key);
  const issue = useIssue(`inputs[${at}].name`);
  const others = [...draft.inputs, ...draft.prompts].filter((one) => one.key !== input.key);
  const set = (changed: Partial<AgentInput>, place?: string) =>
    change((one) => withInput(one, input.key, changed), place ? `${input.key}.${place}` : undefined);
  const retype = (type: InputType) =>
    change((one) => ({
      ...one,
      inputs: one.inputs.map((old) => (old.key === input.key ? retyped(old, newInput(type, [])) : old)),
    }));
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-3">
      <NameField
        value={input.name}
        error={issue}
        taken={(name) => others.some((one) => fold(one.name) === fold(name))}
        onRename={(name) => {
          change((one) => rename(one, input.key, name));
          setValues(new Map([...values].map(([old, value]) => [old === input.name ? name : old, value])));
        }}
      />
      <SelectField label="Type" value={input.type} onChange={(event) => retype(event.target.value as InputType)}>
        {(Object.keys(KINDS) as InputType[]).map((type) => (
          <option key={type} value={type}>
            {KINDS[type].label}
          </option>
        ))}
      </SelectField>
      <TextArea
        label="Help"
        rows={2}
        maxLength={10_000}
        value={input.description ?? ""}
        placeholder="What to give here, with an example"
        onChange={(event) => set({ description: event.target.value }, "description")}
      />
      <Checkbox
        label="Required"
        help="A run without it is refused."
        checked={input.required ?? true}
        onChange={(event) => set({ required: event.target.checked })}
      />
      <InputLimits input={input} field={`inputs[${at}]`} set={set} />
      <Button look="danger" size="small" icon={<Trash2 />} onClick={onRemove} className="self-start">
        Remove input
      </Button>
    </div>
  );
}

/** A whole number that may be left out. */
export function NumberField({
  label,
  value,
  placeholder,
  min = 1,
  max,
  step = 1,
  field,
  help,
  onChange,
}: {
  label: string;
  value: number | null | undefined;
  placeholder?: string;
  min?: number;
  max: number;
  step?: number | "any";
  /** Its name in the API, for what is wrong with it. */
  field: string;
  help?: string;
  onChange: (value: number | null) => void;
}) {
  const error = useIssue(field);
  return (
    <TextField
      label={label}
      type="number"
      inputMode="decimal"
      min={min}
      max={max}
      step={step}
      value={value ?? ""}
      placeholder={placeholder}
      error={error}
      help={help}
      onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
    />
  );
}
