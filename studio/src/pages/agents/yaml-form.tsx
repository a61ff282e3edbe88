import { type DragEvent, type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { TextArea } from "@/components/field";
import { Faults } from "@/components/states";

const EXAMPLE = `name: Hello
inputs:
  - name: Who
    type: text
prompts:
  - name: Greeting
    prompt: Write one friendly sentence that greets @Who.
`;

/** An agent as YAML: pasted, dropped or chosen. */
export function YamlForm({
  busy,
  disabled,
  error,
  onSubmit,
}: {
  busy: boolean;
  disabled: boolean;
  error: unknown;
  onSubmit: (yaml: string) => void;
}) {
  const [yaml, setYaml] = useState("");
  const [over, setOver] = useState(false);
  const read = async (file: File | undefined) => {
    if (file) setYaml(await file.text());
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(yaml);
  };
  return (
    <form
      onSubmit={submit}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
      className="flex flex-col gap-3"
    >
      <h2 className="text-sm font-semibold">Or from YAML</h2>
      <TextArea
        label="Definition"
        hideLabel
        rows={10}
        spellCheck={false}
        placeholder={EXAMPLE}
        className={`font-mono text-xs ${over ? "border-brand!" : ""}`}
        help="Paste it, or drop a file here. It is what “pressrun agents show AGENT --yaml” prints."
        value={yaml}
        onChange={(event) => setYaml(event.target.value)}
      />
      <Faults error={error} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" busy={busy} disabled={disabled || !yaml.trim()}>
          Create from YAML
        </Button>
        <input
          type="file"
          aria-label="Choose a YAML file"
          accept=".yaml,.yml,.json"
          className="max-w-full text-xs text-muted file:mr-2 file:h-8 file:cursor-pointer file:rounded-lg file:border file:border-line file:bg-surface file:px-3 file:text-sm file:font-medium file:text-text"
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </div>
    </form>
  );
}
