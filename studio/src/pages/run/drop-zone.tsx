import { ClipboardPaste, Download, FileSpreadsheet } from "lucide-react";
import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { downloadAloud } from "@/api/download";
import { Button } from "@/components/button";
import { TextArea } from "@/components/field";
import { Menu, MenuItem } from "@/components/menu";
import type { Input } from "./mapping";
import { ACCEPTED, type Source, sourceOfFile, sourceOfText } from "./source";

/** Where rows come in: a file that is dropped or chosen, or rows that are pasted. It says which columns it expects. */
export function DropZone({
  agentId,
  inputs,
  onSource,
}: {
  agentId: string;
  inputs: readonly Input[];
  onSource: (source: Source) => void;
}) {
  const chooser = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [isPasting, setPasting] = useState(false);
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onSource(sourceOfFile(file));
  };
  const pasted = (event: ClipboardEvent) => {
    if (isPasting) return;
    const file = event.clipboardData.files[0];
    const text = event.clipboardData.getData("text/plain");
    if (file) onSource(sourceOfFile(file));
    else if (text.trim()) onSource(sourceOfText(text));
  };
  return (
    <section
      aria-label="Rows to run"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
      onPaste={pasted}
      className={`flex flex-col items-center gap-3 rounded-xl border-2 border-dashed px-6 py-10 text-center transition-colors ${isOver ? "border-brand bg-brand-soft" : "border-line-strong bg-surface"}`}
    >
      <FileSpreadsheet className="size-8 text-muted" aria-hidden="true" />
      <div>
        <h2 className="text-base font-semibold">Drop a spreadsheet here</h2>
        <p className="mt-1 text-sm text-muted">
          CSV, XLSX, JSON or JSONL, with any number of rows. Other columns come back beside the results.
        </p>
      </div>
      <Expected inputs={inputs} />
      <input
        ref={chooser}
        type="file"
        accept={ACCEPTED}
        className="hidden"
        aria-label="A file of rows"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onSource(sourceOfFile(file));
          event.target.value = "";
        }}
      />
      <div className="mt-1 flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={() => chooser.current?.click()}>
          Choose a file
        </Button>
        <Button icon={<ClipboardPaste />} onClick={() => setPasting(!isPasting)} aria-expanded={isPasting}>
          Paste rows
        </Button>
        <Template agentId={agentId} />
      </div>
      {isPasting && <Paste onSource={onSource} inputs={inputs} />}
    </section>
  );
}

function Expected({ inputs }: { inputs: readonly Input[] }) {
  return (
    <ul className="flex max-w-2xl flex-wrap justify-center gap-1.5" aria-label="Columns it expects">
      {inputs.map((one) => (
        <li
          key={one.name}
          title={one.description ?? undefined}
          className="rounded-md border border-line bg-sunken px-2 py-0.5 font-mono text-xs break-all"
        >
          {one.name}
          {one.required ? "" : <span className="text-muted"> optional</span>}
        </li>
      ))}
    </ul>
  );
}

function Template({ agentId }: { agentId: string }) {
  const save = (format: string) =>
    void downloadAloud(`/v1/applications/${encodeURIComponent(agentId)}/batches/template?format=${format}`);
  return (
    <Menu trigger={<Button icon={<Download />}>Template</Button>}>
      <MenuItem note="with its choices" onSelect={() => save("xlsx")}>
        XLSX
      </MenuItem>
      <MenuItem onSelect={() => save("csv")}>CSV</MenuItem>
    </Menu>
  );
}

function Paste({ onSource, inputs }: { onSource: (source: Source) => void; inputs: readonly Input[] }) {
  const [text, setText] = useState("");
  const example = inputs.map((one) => one.name).join(",");
  return (
    <div className="flex w-full max-w-2xl flex-col gap-2 text-left">
      <TextArea
        label="Rows, with the names of their columns first"
        help="Copied from a spreadsheet, or CSV, or JSON."
        placeholder={`${example}\n…`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        rows={6}
        className="font-mono text-xs!"
        autoFocus
      />
      <Button className="self-end" disabled={!text.trim()} onClick={() => onSource(sourceOfText(text))}>
        Use these rows
      </Button>
    </div>
  );
}
