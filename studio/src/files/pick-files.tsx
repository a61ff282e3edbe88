import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Empty, Failed, Loading } from "@/components/states";
import { FileIcon } from "./file-icon";
import { useFiles } from "./reading";
import type { StoredFile } from "./remote";
import { extent } from "./words";

/** Files that are there, to choose from; those that are taken already are not offered. */
export function PickFiles({
  taken,
  most,
  offers = () => true,
  onPick,
  onClose,
}: {
  taken: ReadonlySet<string>;
  /** How many may be chosen. */
  most?: number;
  /** Which files come into question. */
  offers?: (file: StoredFile) => boolean;
  onPick: (chosen: StoredFile[]) => Promise<unknown> | undefined;
  onClose: () => void;
}) {
  const [q, setQ] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<string, StoredFile>>(new Map());
  const [busy, setBusy] = useState(false);
  const { files, data, error, refetch, hasNextPage, fetchNextPage } = useFiles({ q, status: "all" });
  const shown = files.filter((one) => !taken.has(one.id) && offers(one));
  const toggle = (file: StoredFile) => {
    const next = new Map(most === 1 ? [] : chosen);
    if (chosen.has(file.id)) next.delete(file.id);
    else if (most === undefined || next.size < most) next.set(file.id, file);
    setChosen(next);
  };
  const pick = async () => {
    setBusy(true);
    try {
      await onPick([...chosen.values()]);
      onClose();
    } catch {
      setBusy(false); // it was said why
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Choose files">
      <div className="mt-3 flex flex-col gap-3">
        <TextField
          label="Search files"
          hideLabel
          type="search"
          placeholder="Search by name"
          value={q}
          onChange={(event) => setQ(event.target.value)}
        />
        {error && !data && <Failed error={error} retry={() => void refetch()} />}
        {!data && !error && <Loading />}
        {data && shown.length === 0 && <Empty title={q ? "No file is called that" : "No other file is there"} />}
        {shown.length > 0 && (
          <ul className="max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line">
            {shown.map((one) => (
              <li key={one.id}>
                <label className="flex items-center gap-2.5 px-3 py-2 text-sm hover:bg-hover">
                  <input
                    type={most === 1 ? "radio" : "checkbox"}
                    name="files"
                    className="size-4 accent-brand"
                    checked={chosen.has(one.id)}
                    onChange={() => toggle(one)}
                  />
                  <FileIcon name={one.name} />
                  <span className="min-w-0 flex-1 truncate">{one.name}</span>
                  <span className="text-xs text-muted" data-number>
                    {extent(one)}
                  </span>
                </label>
              </li>
            ))}
          </ul>
        )}
        {hasNextPage && (
          <Button size="small" className="self-center" onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" busy={busy} disabled={chosen.size === 0} onClick={() => void pick()}>
            {chosen.size > 1 ? `Add ${chosen.size} files` : "Add"}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
