import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "@/components/button";
import { Checkbox, SelectField, TextArea, TextField } from "@/components/field";
import { Segmented } from "@/components/segmented";
import type { AgentPrompt, JsonSchema } from "./definition";
import { useIssue } from "./editing-context";
import { NumberField } from "./input-form";
import { FIELD_TYPES, type FieldType, fieldsOf, parsed, type SchemaField, schemaOf } from "./schema-fields";

type View = "form" | "json";
const VIEWS: { value: View; label: string }[] = [
  { value: "form", label: "Fields" },
  { value: "json", label: "JSON schema" },
];
const FRESH: SchemaField = { name: "", type: "text", required: true, description: "", options: [] };

/** The JSON an answer must be: as a list of fields, or as a schema written by hand. */
export function SchemaForm({
  prompt,
  field,
  set,
}: {
  prompt: AgentPrompt;
  field: string;
  set: (change: Partial<AgentPrompt>, place?: string) => void;
}) {
  const schema = prompt.json_schema ?? null;
  const error = useIssue(`${field}.json_schema`);
  const fields = schema ? fieldsOf(schema) : null;
  const [view, setView] = useState<View>(schema && !fields ? "json" : "form");
  const put = (json_schema: JsonSchema) => set({ json_schema }, "json_schema");
  return (
    <>
      <Checkbox
        label="The answer is JSON"
        help="It is checked against a schema, and asked for again when it does not fit."
        checked={schema !== null}
        onChange={(event) =>
          set(
            event.target.checked
              ? { json_schema: schemaOf([{ ...FRESH, name: "answer" }]) }
              : { json_schema: null, on_invalid: {} },
          )
        }
      />
      {schema && (
        <>
          <Segmented label="How to write the schema" value={view} onChange={setView} options={VIEWS} />
          {view === "json" || !fields ? (
            <JsonView schema={schema} other={view === "form"} onChange={put} />
          ) : (
            <FieldsView fields={fields} onChange={(all) => put(schemaOf(all))} />
          )}
          {error && <p className="text-xs text-bad">{error}</p>}
          <div className="w-40">
            <NumberField
              label="Ask again at most"
              field={`${field}.on_invalid`}
              min={0}
              max={5}
              value={prompt.on_invalid?.retries ?? 2}
              onChange={(retries) => set({ on_invalid: retries === null ? {} : { retries } }, "on_invalid")}
            />
          </div>
        </>
      )}
    </>
  );
}

function FieldsView({ fields, onChange }: { fields: SchemaField[]; onChange: (fields: SchemaField[]) => void }) {
  const put = (at: number, change: Partial<SchemaField>) =>
    onChange(fields.map((one, place) => (place === at ? { ...one, ...change } : one)));
  const taken = (name: string, at: number) => fields.some((one, place) => place !== at && one.name === name);
  return (
    <div className="flex flex-col gap-2">
      {fields.map((field, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field is its place; its name changes while it is typed
        <fieldset key={at} className="grid grid-cols-[minmax(0,1fr)_9rem_auto] gap-2 rounded-lg bg-sunken p-2">
          <legend className="sr-only">Field {field.name || at + 1}</legend>
          <TextField
            label="Field"
            value={field.name}
            maxLength={255}
            // Two fields of one name would be one: the second waits for another name.
            onChange={(event) => !taken(event.target.value, at) && put(at, { name: event.target.value })}
          />
          <SelectField
            label="Type"
            value={field.type}
            onChange={(event) => put(at, { type: event.target.value as FieldType })}
          >
            {FIELD_TYPES.map((type) => (
              <option key={type}>{type}</option>
            ))}
          </SelectField>
          <IconButton
            label={`Remove field ${field.name}`}
            className="self-end"
            onClick={() => onChange(fields.filter((_, place) => place !== at))}
          >
            <Trash2 />
          </IconButton>
          {field.type === "one of" && (
            <TextField
              label="Options"
              help="Between commas"
              defaultValue={field.options.join(", ")}
              onChange={(event) => put(at, { options: options(event.target.value) })}
            />
          )}
          <div className={field.type === "one of" ? "col-span-2" : "col-span-3"}>
            <TextField
              label="Description"
              value={field.description}
              onChange={(event) => put(at, { description: event.target.value })}
            />
          </div>
          <div className="col-span-3">
            <Checkbox
              label="Required"
              checked={field.required}
              onChange={(event) => put(at, { required: event.target.checked })}
            />
          </div>
        </fieldset>
      ))}
      <Button
        size="small"
        icon={<Plus />}
        className="self-start"
        disabled={fields.some((one) => one.name === "")}
        onClick={() => onChange([...fields, FRESH])}
      >
        Add field
      </Button>
    </div>
  );
}

const options = (text: string): string[] => [...new Set(text.split(",").map((one) => one.trim()))].filter(Boolean);

function JsonView({
  schema,
  other,
  onChange,
}: {
  schema: JsonSchema;
  other: boolean;
  onChange: (schema: JsonSchema) => void;
}) {
  const [text, setText] = useState(JSON.stringify(schema, null, 2));
  const read = parsed(text);
  return (
    <TextArea
      label="JSON schema"
      className="font-mono text-xs"
      rows={Math.min(24, text.split("\n").length + 1)}
      spellCheck={false}
      value={text}
      help={other ? "This schema says more than fields can show." : undefined}
      error={"fault" in read ? read.fault : null}
      onChange={(event) => {
        setText(event.target.value);
        const now = parsed(event.target.value);
        if ("schema" in now) onChange(now.schema);
      }}
    />
  );
}
