import { FolderInput, Link2, Plus, Upload, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { messageOf } from "@/api/problem";
import { Button, IconButton } from "@/components/button";
import { Faults } from "@/components/states";
import { useMay } from "@/frame/session";
import { DropArea } from "./drop-area";
import { FileValue } from "./file-value";
import { accepted, type FileLimits, faultOf, withFiles, wordsOf } from "./limits";
import { isTaken } from "./names";
import { PickFiles } from "./pick-files";
import { useUploads } from "./use-uploads";

/** One or more files for an input: dropped, chosen among those that are there, or named by their addresses. */
export function FileInput({
  label,
  help,
  required,
  error,
  limits,
  value,
  onChange,
}: {
  label: string;
  help?: ReactNode;
  required?: boolean;
  error?: string | null;
  limits: FileLimits;
  value: readonly string[];
  onChange: (change: (was: readonly string[]) => string[]) => void;
}) {
  const maySend = useMay("files:write");
  const [isPicking, setPicking] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const given = value.filter((one) => one !== "");
  const room = limits.most - given.length;
  const add = (ids: readonly string[]) => onChange((was) => withFiles(was, ids, limits.most));
  const { list, uploads } = useUploads({ arrived: (stored) => add([stored.id]) });
  const send = (files: File[]) => {
    const faults = files.map((file) => faultOf(file, limits)).filter((one) => one !== null);
    setRefused(faults.length > 0 ? faults.join(" ") : null);
    uploads.add(files.filter((file) => faultOf(file, limits) === null).slice(0, Math.max(1, room)));
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 text-xs font-medium">
        {label}
        {required && (
          <span className="text-bad" aria-hidden="true">
            {" "}
            *
          </span>
        )}
      </legend>
      <DropArea
        label={`${label}: files`}
        several={limits.most > 1}
        accept={accepted(limits.types)}
        onFiles={(files) => maySend && send(files)}
      >
        {(choose, isOver) => (
          <div
            className={`flex flex-col gap-2 rounded-lg border border-dashed px-3 py-2.5 transition-colors ${isOver && maySend ? "border-brand bg-brand-soft" : error ? "border-bad bg-surface" : "border-line-strong bg-surface"}`}
          >
            {[...new Set(given)].map((one) => (
              <FileValue
                key={one}
                value={one}
                onRemove={() => onChange((was) => was.filter((other) => other !== one))}
              />
            ))}
            <Moving list={list} uploads={uploads} />
            {room > 0 && (
              <div className="flex flex-wrap items-center gap-2">
                {maySend && (
                  <Button size="small" icon={<Upload />} onClick={choose}>
                    Upload
                  </Button>
                )}
                <Button size="small" icon={<FolderInput />} onClick={() => setPicking(true)}>
                  Choose
                </Button>
                <span className="text-xs text-muted">{maySend ? wordsOf(limits) : ""}</span>
              </div>
            )}
            {room > 0 && limits.urls && <Address label={label} onAdd={(url) => add([url])} />}
          </div>
        )}
      </DropArea>
      {help && <p className="text-xs text-muted">{help}</p>}
      {refused && <Faults error={refused} />}
      {error && <p className="text-xs text-bad">{error}</p>}
      {isPicking && (
        <PickFiles
          taken={new Set(given)}
          most={room}
          offers={(file) => isTaken(file.name, limits.types)}
          onClose={() => setPicking(false)}
          onPick={(chosen) => {
            add(chosen.map((one) => one.id));
            return undefined;
          }}
        />
      )}
    </fieldset>
  );
}

/** What is still being sent, or could not be. */
function Moving({ list, uploads }: Pick<ReturnType<typeof useUploads>, "list" | "uploads">) {
  return list
    .filter((one) => one.state !== "done")
    .map((one) => (
      <div key={one.key} className="flex items-center gap-2 text-sm">
        <span className="min-w-0 flex-1 truncate">{one.name}</span>
        {one.state === "failed" ? (
          <span role="alert" className="text-xs text-bad">
            {messageOf(one.error)}
          </span>
        ) : (
          <span className="text-xs text-muted" data-number>
            {Math.round(one.share * 100)} %
          </span>
        )}
        <IconButton label={`Take ${one.name} away`} size="small" onClick={() => uploads.remove(one.key)}>
          <X />
        </IconButton>
      </div>
    ));
}

function Address({ label, onAdd }: { label: string; onAdd: (url: string) => void }) {
  const [url, setUrl] = useState("");
  const isGood = /^https?:\/\/\S+$/.test(url.trim());
  const add = () => {
    if (!isGood) return;
    onAdd(url.trim());
    setUrl("");
  };
  return (
    <div className="flex items-center gap-2">
      <Link2 className="size-4 shrink-0 text-muted" aria-hidden="true" />
      <input
        type="url"
        aria-label={`${label}: address of a file`}
        placeholder="https://… and Enter"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          add();
        }}
        className="h-7 min-w-0 flex-1 rounded-md border border-line bg-surface px-2 text-xs"
      />
      <IconButton label="Add the address" size="small" disabled={!isGood} onClick={add}>
        <Plus />
      </IconButton>
    </div>
  );
}
