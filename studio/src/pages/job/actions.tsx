import { CircleStop, Ellipsis, Play, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { Button, ButtonLink, IconButton } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { Menu, MenuItem } from "@/components/menu";
import { toast } from "@/components/toast";
import { useMay } from "@/frame/session";
import { isOpen, jobKey } from "./reading";
import { isIngest, type Job } from "./shapes";

/** What can be done with a job as it stands. */
export function Actions({ job }: { job: Job }) {
  const may = useMay("jobs:write");
  const [busy, setBusy] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  if (!may) return null;
  const params = { params: { path: { job_id: job.id } } };
  const move = async (moving: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await moving();
      await queries.invalidateQueries({ queryKey: jobKey(job.id) });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    } catch (error) {
      toast(messageOf(error), { bad: true });
    } finally {
      setBusy(false);
    }
  };
  const open = isOpen(job);
  return (
    <>
      {open && !job.cancel_requested && (
        <Button
          icon={<CircleStop />}
          busy={busy}
          onClick={() => void move(() => api.POST("/v1/applications/jobs/{job_id}/cancel", params))}
        >
          Cancel
        </Button>
      )}
      {(job.state === "failed" || job.state === "cancelled") && (
        <Button
          look="primary"
          icon={<RotateCcw />}
          busy={busy}
          onClick={() => void move(() => api.POST("/v1/applications/jobs/{job_id}/retry", params))}
        >
          Retry
        </Button>
      )}
      {!isIngest(job) && (
        <ButtonLink to={`/agents/${job.application_id}/run?job=${job.id}`} icon={<Play />}>
          Run again
        </ButtonLink>
      )}
      <Menu
        trigger={
          <IconButton label="More">
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => void navigator.clipboard.writeText(job.id).then(() => toast("The id is copied."))}>
          Copy the id
        </MenuItem>
        <MenuItem
          danger
          disabled={open}
          note={open ? "when it has ended" : undefined}
          onSelect={() => setDeleting(true)}
        >
          Delete …
        </MenuItem>
      </Menu>
      {isDeleting && <Delete job={job} onClose={() => setDeleting(false)} />}
    </>
  );
}

function Delete({ job, onClose }: { job: Job; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = async () => {
    await api.DELETE("/v1/applications/jobs/{job_id}", { params: { path: { job_id: job.id } } });
    await navigate("/jobs");
    queries.removeQueries({ queryKey: jobKey(job.id) });
    void queries.invalidateQueries({ queryKey: ["jobs"] });
  };
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title="Delete this job?"
      description="Its inputs, result and timeline are gone for good."
      action="Delete"
      onConfirm={remove}
    />
  );
}
