import { Play, Plus, X } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, body, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { Checkbox, SelectField, TextArea } from "@/components/field";
import { Faults } from "@/components/states";
import { FileInput } from "@/files/file-input";
import { type Input, most } from "./mapping";
import {
  choicesOf,
  emptyValues,
  faultsByInput,
  inputsOf,
  isFile,
  lacking,
  limitsOf,
  type Values,
  valuesOf,
} from "./values";

type Agent = Schemas["ApplicationShape"];

/** One run of an agent: fill in, run, and the job's page shows how it goes. `earlier` fills in what a job had. */
export function JobForm({ agent, earlier }: { agent: Agent; earlier: readonly Schemas["InputValue"][] | null }) {
  const navigate = useNavigate();
  const { inputs } = agent;
  const [values, setValues] = useState<Values>(() => (earlier ? valuesOf(inputs, earlier) : emptyValues(inputs)));
  const [fanOut, setFanOut] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const run = async () => {
    setError(null);
    setTried(true);
    if (Object.keys(lacking(inputs, values)).length > 0) return;
    setBusy(true);
    try {
      const made = await body(
        api.POST("/v1/applications/{application_id}/jobs", {
          params: { path: { application_id: agent.id } },
          body: { inputs: inputsOf(inputs, values), ...(fanOut && { fan_out: true }) },
        }),
      );
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      await navigate(`/jobs/${made.id}`);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      void run();
    }
  };
  const needed = isTried ? lacking(inputs, values) : {};
  const wrong = error instanceof Problem ? faultsByInput(error.faults) : { of: {}, others: [] };
  const several = inputs.some((one) => (values[one.name]?.length ?? 0) > 1);
  return (
    <Card className="max-w-2xl">
      <form onSubmit={submit} onKeyDown={pressed} className="flex flex-col gap-4 p-4" noValidate>
        {inputs.length === 0 && <p className="text-sm text-muted">This agent asks for nothing.</p>}
        {inputs.map((input) => (
          <Entry
            key={input.name}
            input={input}
            values={values[input.name] ?? [""]}
            error={needed[input.name] ?? wrong.of[input.name] ?? null}
            onChange={(change) => setValues((was) => ({ ...was, [input.name]: change(was[input.name] ?? []) }))}
          />
        ))}
        {several && (
          <Checkbox
            label="One result for each value"
            help="Otherwise the values go into one prompt together."
            checked={fanOut}
            onChange={(event) => setFanOut(event.target.checked)}
          />
        )}
        {error !== null && Object.keys(wrong.of).length === 0 && <Faults error={error} />}
        {wrong.others.length > 0 && Object.keys(wrong.of).length > 0 && <Faults error={wrong.others.join(" ")} />}
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" icon={<Play />} busy={busy}>
            Run
          </Button>
          <kbd className="font-sans text-xs text-muted">Ctrl or ⌘ and Enter</kbd>
        </div>
      </form>
    </Card>
  );
}

function Entry({
  input,
  values,
  error,
  onChange,
}: {
  input: Input;
  values: string[];
  error: string | null;
  onChange: (change: (was: readonly string[]) => string[]) => void;
}) {
  const told = { required: input.required, help: input.description, error };
  if (isFile(input))
    return (
      <FileInput
        label={input.name}
        {...told}
        limits={limitsOf(input)}
        value={values}
        onChange={(change) => onChange(change)}
      />
    );
  if (input.input_type === "dropdown") {
    return (
      <SelectField
        label={input.name}
        {...told}
        value={values[0] ?? ""}
        onChange={(event) => onChange(() => [event.target.value])}
      >
        <option value="">{input.required ? "Choose …" : "–"}</option>
        {choicesOf(input).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
    );
  }
  return <Texts input={input} values={values} error={error} onChange={(changed) => onChange(() => changed)} />;
}

function Texts({
  input,
  values,
  error,
  onChange,
}: {
  input: Input;
  values: string[];
  error: string | null;
  onChange: (values: string[]) => void;
}) {
  const set = (at: number, text: string) => onChange(values.map((one, place) => (place === at ? text : one)));
  return (
    <div className="flex flex-col gap-2">
      {values.map((text, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values have no name but their place
        <div key={at} className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <TextArea
              label={at === 0 ? input.name : `${input.name}, value ${at + 1}`}
              hideLabel={at > 0}
              required={input.required && at === 0}
              help={at === 0 && values.length === 1 ? input.description : undefined}
              error={at === 0 ? error : null}
              rows={1}
              className="field-sizing-content max-h-72 min-h-8!"
              value={text}
              onChange={(event) => set(at, event.target.value)}
            />
          </div>
          {values.length > 1 && (
            <IconButton
              label={`Take value ${at + 1} away`}
              onClick={() => onChange(values.filter((_, place) => place !== at))}
            >
              <X />
            </IconButton>
          )}
        </div>
      ))}
      {most(input) > values.length && (
        <Button
          look="quiet"
          size="small"
          icon={<Plus />}
          className="self-start"
          onClick={() => onChange([...values, ""])}
        >
          Add a value
        </Button>
      )}
    </div>
  );
}
