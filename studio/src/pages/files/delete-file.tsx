import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { Confirm } from "@/components/dialog";
import { toast } from "@/components/toast";
import { deleteFile, filesChanged, type StoredFile } from "@/files/remote";
import { useMay } from "@/frame/session";
import { findGraph } from "../graphs/remote";

const MOST_NAMED = 5;

/** Deletes a file, and first names the graphs whose answers would lack it. */
export function DeleteFile({
  file,
  onClose,
  onDeleted,
}: {
  file: StoredFile;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const mayRead = useMay("graphs:read");
  const named = file.graph_ids.slice(0, MOST_NAMED);
  const graphs = useQuery({
    queryKey: ["graphs", "names", ...named],
    queryFn: () => Promise.all(named.map(findGraph)),
    enabled: mayRead && named.length > 0,
  });
  const others = file.graph_ids.length - named.length;
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${file.name}?`}
      description="Its content and its text are gone for good. A job that waits for it fails and says so."
      action="Delete"
      onConfirm={async () => {
        await deleteFile(file.id);
        onDeleted();
        filesChanged();
        void queries.invalidateQueries({ queryKey: ["graphs"] });
        toast(`${file.name} is deleted.`);
      }}
    >
      {file.graph_ids.length > 0 && (
        <p className="mt-3 rounded-lg bg-warn-soft px-3 py-2 text-sm break-words text-warn">
          It leaves {file.graph_ids.length === 1 ? "a graph" : `${file.graph_ids.length} graphs`}, whose answers will
          not cite it any more
          {graphs.data ? `: ${graphs.data.map((one) => one.name).join(", ")}` : ""}
          {graphs.data && others > 0 ? ` and ${others} more` : ""}.
        </p>
      )}
    </Confirm>
  );
}
