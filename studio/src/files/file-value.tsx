import { useQuery } from "@tanstack/react-query";
import { Link2, X } from "lucide-react";
import { Link } from "react-router";
import { Problem } from "@/api/problem";
import { IconButton } from "@/components/button";
import { bytes } from "@/format/numbers";
import { FileIcon } from "./file-icon";
import { contentOf, findFile, isImage } from "./remote";

export const isAddress = (value: string): boolean => /^https?:\/\//i.test(value);

/** A file that an input was given, by its id or its address: what it is called, and a picture of it if it is one. */
export function FileValue({ value, onRemove }: { value: string; onRemove?: () => void }) {
  const isUrl = isAddress(value);
  const found = useQuery({
    queryKey: ["files", "one", value],
    queryFn: () => findFile(value),
    enabled: !isUrl,
    retry: false,
    refetchInterval: ({ state }) => (state.data?.status === "in_progress" ? 1_500 : false),
  });
  const file = found.data;
  const isGone = found.error instanceof Problem && found.error.status === 404;
  return (
    <div className="flex min-w-0 items-center gap-2 text-sm">
      {file && isImage(file.media_type) ? (
        <img
          src={contentOf(file.id)}
          alt=""
          className="size-9 shrink-0 rounded-md border border-line bg-sunken object-cover"
        />
      ) : isUrl ? (
        <Link2 className="size-4 shrink-0 text-muted" aria-hidden="true" />
      ) : (
        <FileIcon name={file?.name ?? ""} />
      )}
      {file ? (
        <Link to={`/files?file=${encodeURIComponent(file.id)}`} className="min-w-0 truncate hover:underline">
          {file.name}
        </Link>
      ) : (
        <span className={`min-w-0 truncate ${isGone ? "text-muted line-through" : ""}`}>{value}</span>
      )}
      {file && (
        <span className={`shrink-0 text-xs ${file.status === "failed" ? "text-bad" : "text-muted"}`} data-number>
          {file.status === "failed"
            ? "could not be read"
            : file.status === "in_progress"
              ? "being read"
              : bytes(file.size)}
        </span>
      )}
      {isGone && <span className="shrink-0 text-xs text-muted">deleted</span>}
      {onRemove && (
        <IconButton label={`Take ${file?.name ?? value} away`} size="small" className="ml-auto" onClick={onRemove}>
          <X />
        </IconButton>
      )}
    </div>
  );
}
