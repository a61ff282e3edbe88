import { RotateCcw, X } from "lucide-react";
import { messageOf } from "@/api/problem";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { bytes, percent } from "@/format/numbers";
import type { StoredFile } from "./remote";
import type { Upload, Uploads } from "./uploads";

type One = Upload<File, StoredFile>;

/** What is on its way, how far it is, and what went wrong. */
export function UploadList({ list, uploads }: { list: readonly One[]; uploads: Uploads<File, StoredFile> }) {
  if (list.length === 0) return null;
  const sent = list.filter((one) => one.state === "done").length;
  const isOver = list.every((one) => one.state === "done");
  return (
    <Card
      title={isOver ? "Uploaded" : "Uploading"}
      note={`${sent} of ${list.length}`}
      actions={
        sent > 0 && (
          <Button size="small" look="quiet" onClick={() => uploads.clear()}>
            Clear
          </Button>
        )
      }
    >
      <ul className="max-h-72 divide-y divide-line overflow-y-auto border-t border-line" aria-label="Uploads">
        {list.map((one) => (
          <Line key={one.key} one={one} uploads={uploads} />
        ))}
      </ul>
    </Card>
  );
}

function Line({ one, uploads }: { one: One; uploads: Uploads<File, StoredFile> }) {
  return (
    <li className="flex items-center gap-3 px-4 py-2">
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <span className="min-w-0 truncate text-sm">{one.name}</span>
          <span className="ml-auto shrink-0 text-xs text-muted" data-number>
            {one.state === "sending" ? percent(one.share) : bytes(one.size)}
          </span>
        </div>
        {one.state === "failed" ? (
          <p role="alert" className="text-xs break-words text-bad">
            {messageOf(one.error)}
          </p>
        ) : (
          <div
            role="progressbar"
            aria-label={`Sent of ${one.name}`}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(one.share * 100)}
            className="mt-1 h-1 overflow-hidden rounded-full bg-hover"
          >
            <div
              className={`h-full transition-[width] ${one.state === "done" ? "bg-good" : "bg-brand"}`}
              style={{ width: `${one.share * 100}%` }}
            />
          </div>
        )}
      </div>
      {one.state === "failed" && (
        <IconButton label={`Send ${one.name} again`} size="small" onClick={() => uploads.again(one.key)}>
          <RotateCcw />
        </IconButton>
      )}
      {one.state !== "done" && (
        <IconButton label={`Take ${one.name} away`} size="small" onClick={() => uploads.remove(one.key)}>
          <X />
        </IconButton>
      )}
    </li>
  );
}
