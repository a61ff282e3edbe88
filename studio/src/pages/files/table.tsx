import { Download, Ellipsis, RotateCcw, Trash2 } from "lucide-react";
import { useAction } from "@/api/action";
import { downloadAloud } from "@/api/download";
import { IconButton } from "@/components/button";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import { Time } from "@/components/time";
import { FileIcon } from "@/files/file-icon";
import { FileStatus } from "@/files/file-status";
import { contentOf, retryFiles, type StoredFile } from "@/files/remote";
import { extent } from "@/files/words";
import { bytes } from "@/format/numbers";
import { useMay } from "@/frame/session";

type Shown = {
  files: readonly StoredFile[];
  onOpen: (id: string) => void;
  onDelete: (file: StoredFile) => void;
};

/** The files, a line each; a line opens its file. */
export function FilesTable({ files, onOpen, onDelete }: Shown) {
  return (
    <ul className="divide-y divide-line border-t border-line" aria-label="Files">
      {files.map((one) => (
        <li
          key={one.id}
          className="relative grid items-center gap-x-4 gap-y-1 py-2.5 pr-2 pl-4 hover:bg-hover max-md:pr-12 md:grid-cols-[minmax(0,1fr)_7rem_5rem_10rem_6rem_2rem]"
        >
          <div className="flex min-w-0 items-center gap-2.5">
            <FileIcon name={one.name} />
            <div className="min-w-0">
              <button
                type="button"
                onClick={() => onOpen(one.id)}
                className="block max-w-full truncate text-left text-sm font-medium after:absolute after:inset-0"
              >
                {one.name}
              </button>
              {one.error && <p className="truncate text-xs text-bad">{one.error}</p>}
            </div>
          </div>
          <div className="flex items-center gap-3 pl-6.5 md:contents">
            <div>
              <FileStatus status={one.status} />
            </div>
            <div className="text-sm max-md:hidden md:text-right" data-number>
              {bytes(one.size)}
            </div>
            <div className="text-xs text-muted max-md:hidden md:text-right" data-number>
              {extent(one)}
            </div>
            <div className="text-xs text-muted md:text-right">
              <Time at={one.created_at} />
            </div>
          </div>
          <div className="relative z-10 max-md:absolute max-md:top-2 max-md:right-2">
            <More file={one} onDelete={onDelete} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function More({ file, onDelete }: { file: StoredFile; onDelete: (file: StoredFile) => void }) {
  const mayWrite = useMay("files:write");
  const retry = useRetry();
  return (
    <Menu
      trigger={
        <IconButton label={`More for ${file.name}`} size="small">
          <Ellipsis />
        </IconButton>
      }
    >
      <MenuItem icon={<Download />} onSelect={() => void downloadAloud(contentOf(file.id))}>
        Download
      </MenuItem>
      {mayWrite && file.status === "failed" && (
        <MenuItem icon={<RotateCcw />} onSelect={() => retry.mutate(file)}>
          Read it again
        </MenuItem>
      )}
      {mayWrite && (
        <>
          <MenuLine />
          <MenuItem icon={<Trash2 />} danger onSelect={() => onDelete(file)}>
            Delete …
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

/** Read a file once more that could not be read. */
export function useRetry() {
  return useAction((file: StoredFile) => retryFiles([file.id]), {
    changes: [["files"], ["graphs"]],
    done: "The file is being read again.",
  });
}
