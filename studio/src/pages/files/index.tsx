import { Files as FilesIcon, Search, Upload } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { TextField } from "@/components/field";
import { Segmented } from "@/components/segmented";
import { Empty, Failed, Loading } from "@/components/states";
import { DropArea } from "@/files/drop-area";
import { useFiles } from "@/files/reading";
import type { FileFilter, FilePage, StoredFile } from "@/files/remote";
import { UploadList } from "@/files/upload-list";
import { useUploads } from "@/files/use-uploads";
import { bytes, count } from "@/format/numbers";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { DeleteFile } from "./delete-file";
import { FileSheet } from "./file-sheet";
import { STATES, useFilter, useOpenFile } from "./filters";
import { FilesTable } from "./table";

/** Every file: sent by dropping it anywhere on the page, read by the server, and then used by agents and graphs. */
export default function Files() {
  const mayWrite = useMay("files:write");
  const { list, uploads } = useUploads();
  return (
    <DropArea label="Files" onFiles={(dropped) => mayWrite && uploads.add(dropped)} className="flex flex-1 flex-col">
      {(choose, isOver) => {
        const upload = mayWrite && (
          <Button look="primary" icon={<Upload />} onClick={choose}>
            Upload
          </Button>
        );
        const over = "rounded-xl bg-brand-soft outline-2 outline-offset-8 outline-brand outline-dashed";
        return (
          <Page title="Files" actions={upload}>
            <div className={`flex flex-col gap-4 ${isOver && mayWrite ? over : ""}`}>
              <UploadList list={list} uploads={uploads} />
              <Stored upload={upload} isSending={list.length > 0} />
            </div>
          </Page>
        );
      }}
    </DropArea>
  );
}

/** The files that are there, as far as the filter has them; one of them may be open beside the list. */
function Stored({ upload, isSending }: { upload: ReactNode; isSending: boolean }) {
  const [filter, change] = useFilter();
  const { files, stored, data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useFiles(filter);
  const [open, openFile] = useOpenFile();
  const [deleting, setDeleting] = useState<StoredFile | null>(null);
  const isNarrowed = filter.q.trim() !== "" || filter.status !== "all";
  const isEmpty = data !== undefined && files.length === 0 && !isNarrowed && !isSending;
  return (
    <>
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading lines={6} />}
      {isEmpty && <None action={upload} />}
      {data && !isEmpty && (
        <Card>
          <Filters filter={filter} change={change} stored={stored} />
          {files.length > 0 && <FilesTable files={files} onOpen={openFile} onDelete={setDeleting} />}
          {files.length === 0 && isNarrowed && (
            <Empty
              title="No file is like that"
              action={<Button onClick={() => change({ q: "", status: "all" })}>Show all files</Button>}
            />
          )}
        </Card>
      )}
      {hasNextPage && (
        <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
      {open && <FileSheet {...open} onClose={() => openFile(null)} onDelete={setDeleting} />}
      {deleting && (
        <DeleteFile
          file={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={() => open?.id === deleting.id && openFile(null)}
        />
      )}
    </>
  );
}

function None({ action }: { action: ReactNode }) {
  return (
    <Empty icon={<FilesIcon />} title="No file yet" action={action}>
      Drop a brief, a price list or a photo here. An agent with a file input reads it, and a graph of many files answers
      questions with the passages it found.
    </Empty>
  );
}

function Filters({
  filter,
  change,
  stored,
}: {
  filter: FileFilter;
  change: (change: Partial<FileFilter>) => void;
  stored: FilePage | null;
}) {
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-3">
      <Segmented label="Which files" value={filter.status} onChange={(status) => change({ status })} options={STATES} />
      <span className="text-xs text-muted" data-number>
        {stored ? kept(stored) : ""}
      </span>
      <div className="relative ml-auto w-64 max-sm:w-full">
        <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" aria-hidden="true" />
        <TextField
          label="Search files"
          hideLabel
          type="search"
          placeholder="Search by name"
          className="pl-8!"
          value={filter.q}
          onChange={(event) => change({ q: event.target.value })}
        />
      </div>
    </div>
  );
}

/** How much there is of how much there may be. */
const kept = ({ stored_files, stored_bytes, max_stored_bytes }: FilePage) =>
  `${count(stored_files)} ${stored_files === 1 ? "file" : "files"}, ${bytes(stored_bytes)} of ${bytes(max_stored_bytes)}`;
