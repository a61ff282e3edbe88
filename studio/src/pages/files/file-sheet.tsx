import { Download, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { downloadAloud } from "@/api/download";
import { Button } from "@/components/button";
import { CopyId } from "@/components/copy";
import { Sheet } from "@/components/dialog";
import { Failed, Loading } from "@/components/states";
import { Time } from "@/components/time";
import { FileStatus } from "@/files/file-status";
import { useFile } from "@/files/reading";
import { contentOf, isImage, type StoredFile } from "@/files/remote";
import { extent } from "@/files/words";
import { bytes } from "@/format/numbers";
import { useMay } from "@/frame/session";
import { sentence } from "../batch/words";
import type { Place } from "./filters";
import { useRetry } from "./table";
import { TextView } from "./text-view";

/** One file beside the list: what it is, what went wrong, its text, opened where a passage stands. */
export function FileSheet({
  id,
  at,
  to,
  onClose,
  onDelete,
}: Place & { onClose: () => void; onDelete: (file: StoredFile) => void }) {
  const { data, error, refetch } = useFile(id);
  const mayWrite = useMay("files:write");
  const retry = useRetry();
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={data?.name ?? "File"}
      description={data && <Facts file={data} />}
      actions={
        data && (
          <>
            {mayWrite && (
              <Button look="danger" icon={<Trash2 />} onClick={() => onDelete(data)}>
                Delete
              </Button>
            )}
            <Button icon={<Download />} onClick={() => void downloadAloud(contentOf(id))}>
              Download
            </Button>
            {mayWrite && data.status === "failed" && (
              <Button look="primary" icon={<RotateCcw />} busy={retry.isPending} onClick={() => retry.mutate(data)}>
                Read it again
              </Button>
            )}
          </>
        )
      }
    >
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading lines={8} />}
      {data && <Content key={`${id} ${at}`} file={data} at={at} to={to} />}
    </Sheet>
  );
}

function Facts({ file }: { file: StoredFile }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
      <FileStatus status={file.status} />
      <span data-number>{bytes(file.size)}</span>
      {file.status === "completed" && <span data-number>{extent(file)}</span>}
      <span className="break-all">{file.media_type}</span>
      <Time at={file.created_at} />
      <CopyId id={file.id} short />
    </span>
  );
}

function Content({ file, at, to }: { file: StoredFile; at: number | null; to: number | null }) {
  return (
    <div className="flex flex-col gap-4">
      {file.status === "failed" && (
        <div role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm break-words text-bad">
          {sentence(file.error ?? "it could not be read")}
          {file.error_code && <div className="mt-0.5 font-mono text-xs">{file.error_code}</div>}
        </div>
      )}
      {file.status === "in_progress" && (
        <p className="rounded-lg bg-info-soft px-3 py-2 text-sm text-info">
          It is being read.{" "}
          {file.job_id && (
            <Link to={`/jobs/${file.job_id}`} className="underline">
              See the job
            </Link>
          )}
        </p>
      )}
      {isImage(file.media_type) && <Picture file={file} />}
      {file.has_text && <TextView file={file} at={at} to={to} />}
      {file.status === "completed" && !file.has_text && (
        <p className="text-sm text-muted">
          {isImage(file.media_type)
            ? "A picture has no text. Models that can see are shown it."
            : "No text was found in it."}
        </p>
      )}
    </div>
  );
}

/** The picture itself; what is called one and is none is not shown. */
function Picture({ file }: { file: StoredFile }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p className="text-sm text-muted">The picture cannot be shown.</p>;
  return (
    <img
      src={contentOf(file.id)}
      alt={file.name}
      onError={() => setBroken(true)}
      className="max-h-96 max-w-full self-start rounded-lg border border-line bg-sunken object-contain"
    />
  );
}
