import { FilePlus2, FolderInput, RotateCcw, Upload, X } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useAction } from "@/api/action";
import { queries } from "@/api/queries";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Failed, Loading } from "@/components/states";
import { DropArea } from "@/files/drop-area";
import { FileIcon } from "@/files/file-icon";
import { FileStatus } from "@/files/file-status";
import { PickFiles } from "@/files/pick-files";
import { useFiles } from "@/files/reading";
import type { StoredFile } from "@/files/remote";
import { UploadList } from "@/files/upload-list";
import { useUploads } from "@/files/use-uploads";
import { extent } from "@/files/words";
import { count } from "@/format/numbers";
import { useMay } from "@/frame/session";
import { useRetry } from "../files/table";
import { addFile, type Graph, removeFile } from "../graphs/remote";

const CHANGES = [["graphs"], ["files"]];

/** The files a graph knows: dropped here, or chosen among those that are there. */
export function GraphFiles({ graph }: { graph: Graph }) {
  const mayWrite = useMay("graphs:write");
  const maySend = useMay("files:write") && mayWrite;
  const { files, data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useFiles({
    q: "",
    status: "all",
    graph: graph.id,
  });
  const { list, uploads } = useUploads({
    graph: graph.id,
    arrived: () => void queries.invalidateQueries({ queryKey: ["graphs"] }),
  });
  const [isPicking, setPicking] = useState(false);
  const add = useAction(
    async (chosen: readonly StoredFile[]) => {
      for (const one of chosen) await addFile(graph.id, one.id);
    },
    { changes: CHANGES },
  );
  const { total, in_progress } = graph.file_status;
  return (
    <DropArea label="Files of the graph" onFiles={(dropped) => maySend && uploads.add(dropped)}>
      {(choose, isOver) => (
        <div className="flex flex-col gap-4">
          <UploadList list={list} uploads={uploads} />
          <Card
            title="Files"
            note={in_progress > 0 ? `${count(total - in_progress)} of ${count(total)} read` : count(total)}
            className={isOver && maySend ? "outline-2 outline-brand outline-dashed" : ""}
            actions={
              mayWrite && (
                <>
                  <Button size="small" icon={<FolderInput />} onClick={() => setPicking(true)}>
                    Choose
                  </Button>
                  {maySend && (
                    <Button size="small" look="primary" icon={<Upload />} onClick={choose}>
                      Upload
                    </Button>
                  )}
                </>
              )
            }
          >
            {in_progress > 0 && <Reading done={total - in_progress} total={total} />}
            {error && !data && <Failed error={error} retry={() => void refetch()} />}
            {!data && !error && <Loading />}
            {data && files.length === 0 && (
              <Empty icon={<FilePlus2 />} title="Nothing in it yet">
                {maySend
                  ? "Drop files here, or choose some that are there already. They can be asked about once they are read."
                  : "Somebody who may change it adds files."}
              </Empty>
            )}
            {files.length > 0 && (
              <ul
                className="max-h-[32rem] divide-y divide-line overflow-y-auto border-t border-line"
                aria-label="Files"
              >
                {files.map((one) => (
                  <Line key={one.id} file={one} graph={graph} mayWrite={mayWrite} />
                ))}
              </ul>
            )}
            {hasNextPage && (
              <div className="flex justify-center border-t border-line py-2">
                <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  Show more
                </Button>
              </div>
            )}
          </Card>
          {isPicking && (
            <PickFiles
              taken={new Set(files.map((one) => one.id))}
              onClose={() => setPicking(false)}
              onPick={(chosen) => add.mutateAsync(chosen)}
            />
          )}
        </div>
      )}
    </DropArea>
  );
}

function Reading({ done, total }: { done: number; total: number }) {
  const share = total === 0 ? 0 : done / total;
  return (
    <div className="px-4 pb-3">
      <div
        role="progressbar"
        aria-label="Read"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        className="h-1.5 overflow-hidden rounded-full bg-hover"
      >
        <div className="h-full bg-brand transition-[width]" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

function Line({ file, graph, mayWrite }: { file: StoredFile; graph: Graph; mayWrite: boolean }) {
  const remove = useAction(() => removeFile(graph.id, file.id), { changes: CHANGES });
  const retry = useRetry();
  return (
    <li className="flex items-center gap-2.5 py-2 pr-2 pl-4">
      <FileIcon name={file.name} />
      <div className="min-w-0 flex-1">
        <Link to={`/files?file=${file.id}`} className="block truncate text-sm hover:underline">
          {file.name}
        </Link>
        <p className={`truncate text-xs ${file.error ? "text-bad" : "text-muted"}`} data-number>
          {file.error ?? extent(file)}
        </p>
      </div>
      <FileStatus status={file.status} />
      {mayWrite && file.status === "failed" && (
        <IconButton label={`Read ${file.name} again`} size="small" onClick={() => retry.mutate(file)}>
          <RotateCcw />
        </IconButton>
      )}
      {mayWrite && (
        <IconButton
          label={`Take ${file.name} out`}
          size="small"
          busy={remove.isPending}
          onClick={() => remove.mutate(undefined)}
        >
          <X />
        </IconButton>
      )}
    </li>
  );
}
