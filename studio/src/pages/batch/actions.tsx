import { CircleStop, Download, Ellipsis, Pause, Play, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api, body } from "@/api/client";
import { downloadAloud } from "@/api/download";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/menu";
import { toast } from "@/components/toast";
import { useMay } from "@/frame/session";
import { Cancel } from "./cancel";
import { Cap, Rename } from "./change";
import { Correct } from "./correct";
import { type LiveBatch, takeIn } from "./live";
import { Retry } from "./retry";
import { isOver, rows } from "./words";

type Asked = "cancel" | "retry" | "correct" | "cap" | "name" | "delete" | null;

/** Pause or resume, at once; a move that fails says why. */
export function usePausing(batch: LiveBatch) {
  const [busy, setBusy] = useState(false);
  const move = async (to: "pause" | "resume") => {
    setBusy(true);
    const params = { params: { path: { batch_id: batch.id } } };
    try {
      takeIn(
        await body(
          to === "pause"
            ? api.POST("/v1/batches/{batch_id}/pause", params)
            : api.POST("/v1/batches/{batch_id}/resume", params),
        ),
      );
    } catch (error) {
      toast(messageOf(error), { bad: true });
    } finally {
      setBusy(false);
    }
  };
  return { busy, move };
}

/** What can be done with a batch as it stands. */
export function Actions({ batch, chosen }: { batch: LiveBatch; chosen: ReadonlySet<number> }) {
  const may = useMay("jobs:write");
  const [asked, setAsked] = useState<Asked>(null);
  const [params, setParams] = useSearchParams();
  const wished = params.get("ask");
  const { busy, move } = usePausing(batch);
  const close = () => setAsked(null);
  const over = isOver(batch);
  const again = batch.counts.failed + batch.counts.cancelled;
  const mayRetry = may && again > 0 && !batch.retrying;
  useEffect(() => {
    // The command menu asks for it so.
    if (wished !== "retry") return;
    if (mayRetry) setAsked("retry");
    else toast("There are no failed rows to retry.");
    setParams(
      (now) => {
        const others = new URLSearchParams(now);
        others.delete("ask");
        return others;
      },
      { replace: true },
    );
  }, [wished, mayRetry, setParams]);
  return (
    <>
      {may && !over && !batch.cancel_requested && (
        <>
          {batch.state === "paused" ? (
            <Button look="primary" icon={<Play />} busy={busy} onClick={() => void move("resume")}>
              Resume
            </Button>
          ) : (
            <Button icon={<Pause />} busy={busy} onClick={() => void move("pause")}>
              Pause
            </Button>
          )}
          <Button icon={<CircleStop />} onClick={() => setAsked("cancel")}>
            Cancel
          </Button>
        </>
      )}
      {mayRetry && (
        <Button look={over ? "primary" : "secondary"} icon={<RotateCcw />} onClick={() => setAsked("retry")}>
          {chosen.size > 0 ? `Retry ${rows(chosen.size)}` : "Retry failed"}
        </Button>
      )}
      <Downloads batch={batch} />
      {may && <More batch={batch} over={over} ask={setAsked} />}
      {asked === "cancel" && <Cancel batch={batch} onClose={close} />}
      {asked === "retry" && <Retry batch={batch} chosen={chosen} onClose={close} />}
      {asked === "correct" && <Correct batch={batch} onClose={close} />}
      {asked === "cap" && <Cap batch={batch} onClose={close} />}
      {asked === "name" && <Rename batch={batch} onClose={close} />}
      {asked === "delete" && <Delete batch={batch} onClose={close} />}
    </>
  );
}

const FORMATS = [
  ["csv", "CSV", "for spreadsheets"],
  ["xlsx", "XLSX", "Excel"],
  ["jsonl", "JSONL", "for programs"],
] as const;

function Downloads({ batch }: { batch: LiveBatch }) {
  const save = (query: string) => void downloadAloud(`/v1/batches/${encodeURIComponent(batch.id)}/results?${query}`);
  return (
    <Menu trigger={<Button icon={<Download />}>Download</Button>}>
      <MenuLabel>{isOver(batch) ? "All rows with their results" : "All rows, with the results so far"}</MenuLabel>
      {FORMATS.map(([format, label, note]) => (
        <MenuItem key={format} note={note} onSelect={() => save(`format=${format}`)}>
          {label}
        </MenuItem>
      ))}
      <MenuItem note="formulas as they are" onSelect={() => save("format=csv&raw=true")}>
        CSV, raw
      </MenuItem>
    </Menu>
  );
}

function More({ batch, over, ask }: { batch: LiveBatch; over: boolean; ask: (asked: Asked) => void }) {
  const again = batch.counts.failed + batch.counts.cancelled + batch.counts.invalid;
  return (
    <Menu
      trigger={
        <IconButton label="More">
          <Ellipsis />
        </IconButton>
      }
    >
      {again > 0 && !batch.retrying && <MenuItem onSelect={() => ask("correct")}>Correct rows …</MenuItem>}
      <MenuItem onSelect={() => ask("name")}>Rename …</MenuItem>
      {batch.max_cost !== null && <MenuItem onSelect={() => ask("cap")}>Change the cap …</MenuItem>}
      <MenuItem onSelect={() => void navigator.clipboard.writeText(batch.id).then(() => toast("The id is copied."))}>
        Copy the id
      </MenuItem>
      <MenuLine />
      <MenuItem danger disabled={!over} note={over ? undefined : "when it has ended"} onSelect={() => ask("delete")}>
        Delete …
      </MenuItem>
    </Menu>
  );
}

function Delete({ batch, onClose }: { batch: LiveBatch; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = async () => {
    await api.DELETE("/v1/batches/{batch_id}", { params: { path: { batch_id: batch.id } } });
    await navigate("/batches");
    queries.removeQueries({ queryKey: ["batch", batch.id] });
    void queries.invalidateQueries({ queryKey: ["batches"] });
  };
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${batch.name}?`}
      description={`Its ${rows(batch.counts.total)}, their jobs and their results are gone for good. Download them first if you need them.`}
      action="Delete"
      onConfirm={remove}
    />
  );
}
