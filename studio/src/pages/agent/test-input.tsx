import { Plus, X } from "lucide-react";
import { Button, IconButton } from "@/components/button";
import { SelectField, TextArea } from "@/components/field";
import { FileInput } from "@/files/file-input";
import type { AgentInput } from "./definition";
import { limitsOf } from "./test-values";

/** The value a test gives one input. */
export function TestInput({
  input,
  value,
  error,
  onChange,
}: {
  input: AgentInput;
  value: readonly string[];
  error: string | null;
  onChange: (change: (was: readonly string[]) => string[]) => void;
}) {
  const told = { label: input.name, required: input.required ?? true, help: input.description || undefined, error };
  if (input.type === "dropdown")
    return (
      <SelectField {...told} value={value[0] ?? ""} onChange={(event) => onChange(() => [event.target.value])}>
        <option value="">Choose</option>
        {(input.options ?? []).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
    );
  if (input.type !== "text") return <FileInput {...told} limits={limitsOf(input)} value={value} onChange={onChange} />;
  return (
    <Texts told={told} value={value} most={input.max_fields ?? 1} onChange={(changed) => onChange(() => changed)} />
  );
}

function Texts({
  told,
  value,
  most,
  onChange,
}: {
  told: { label: string; required: boolean; help: string | undefined; error: string | null };
  value: readonly string[];
  most: number;
  onChange: (value: string[]) => void;
}) {
  const texts = value.length > 0 ? value : [""];
  const put = (at: number, text: string) => onChange(texts.map((one, place) => (place === at ? text : one)));
  return (
    <div className="flex flex-col gap-1.5">
      {texts.map((text, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a value is its place
        <div key={at} className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <TextArea
              {...(at === 0 ? told : { label: `${told.label}, value ${at + 1}`, hideLabel: true })}
              rows={1}
              className="field-sizing-content max-h-60 min-h-8!"
              value={text}
              onChange={(event) => put(at, event.target.value)}
            />
          </div>
          {texts.length > 1 && (
            <IconButton
              label={`Remove value ${at + 1}`}
              onClick={() => onChange(texts.filter((_, place) => place !== at))}
            >
              <X />
            </IconButton>
          )}
        </div>
      ))}
      {most > texts.length && (
        <Button
          look="quiet"
          size="small"
          icon={<Plus />}
          className="self-start"
          onClick={() => onChange([...texts, ""])}
        >
          Another value
        </Button>
      )}
    </div>
  );
}
