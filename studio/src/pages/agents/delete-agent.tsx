import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Confirm } from "@/components/dialog";
import { toast } from "@/components/toast";
import { count } from "@/format/numbers";
import { useMay } from "@/frame/session";
import { forgetUsed } from "@/frame/use-used";
import { type Application, openJobs, remove } from "./remote";

type Jobs = "drain" | "cancel";

/** Deletes an agent, and first says which of its jobs still run and what becomes of them. */
export function DeleteAgent({ agent, onClose }: { agent: Application; onClose: () => void }) {
  const queries = useQueryClient();
  const mayRead = useMay("jobs:read");
  const open = useQuery({
    queryKey: ["agents", agent.id, "open"],
    queryFn: () => openJobs(agent.id),
    enabled: mayRead,
  });
  const [jobs, setJobs] = useState<Jobs>("drain");
  const running = open.data?.count ?? 0;
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title={`Delete ${agent.name}?`}
      description="Nobody can run it any more, and its name leaves every list. Jobs and results stay under their ids."
      action={running > 0 && jobs === "cancel" ? "Cancel jobs and delete" : "Delete"}
      onConfirm={async () => {
        await remove(agent.id, jobs);
        forgetUsed(agent.id);
        void queries.invalidateQueries({ queryKey: ["agents"] });
        toast(`${agent.name} is deleted.`);
      }}
    >
      {running > 0 && (
        <fieldset className="mt-4 flex flex-col gap-2 rounded-lg bg-warn-soft px-3 py-2 text-sm">
          <legend className="sr-only">Jobs that have not ended</legend>
          <p className="text-warn">
            {running === 1 ? "One job has not ended:" : `${count(running)} jobs have not ended:`}{" "}
            <span className="font-mono text-xs">{open.data?.jobs.map((one) => `…${one.id.slice(-8)}`).join(", ")}</span>
            {running > (open.data?.jobs.length ?? 0) && " and more"}
          </p>
          <Choice value="drain" chosen={jobs} onChoose={setJobs}>
            Let them finish
          </Choice>
          <Choice value="cancel" chosen={jobs} onChoose={setJobs}>
            Cancel them
          </Choice>
        </fieldset>
      )}
    </Confirm>
  );
}

function Choice({
  value,
  chosen,
  onChoose,
  children,
}: {
  value: Jobs;
  chosen: Jobs;
  onChoose: (value: Jobs) => void;
  children: string;
}) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="radio"
        name="jobs"
        className="size-4 accent-brand"
        checked={chosen === value}
        onChange={() => onChoose(value)}
      />
      {children}
    </label>
  );
}
