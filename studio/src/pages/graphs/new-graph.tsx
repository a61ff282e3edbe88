import type { FormEvent } from "react";
import { useNavigate } from "react-router";
import { useAction } from "@/api/action";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextArea, TextField } from "@/components/field";
import { Faults } from "@/components/states";
import { changeGraph, createGraph, type Graph } from "./remote";

const LONGEST = 255;

/** Makes a graph, or changes what one is called. */
export function NewGraph({ graph, onClose }: { graph?: Graph; onClose: () => void }) {
  const navigate = useNavigate();
  const save = useAction(
    (form: FormData) => {
      const name = String(form.get("name")).trim();
      const description = String(form.get("description")).trim();
      return graph
        ? changeGraph(graph.id, { name, description })
        : createGraph({ name, ...(description ? { description } : {}) });
    },
    { changes: [["graphs"]], quiet: true },
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutateAsync(new FormData(event.currentTarget)).then(
      (made) => {
        onClose();
        if (!graph) void navigate(`/graphs/${made.id}`);
      },
      () => {}, // the form shows why it was refused
    );
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={graph ? "Change the graph" : "New graph"}>
      <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
        <TextField
          label="Name"
          name="name"
          required
          autoFocus
          maxLength={LONGEST}
          placeholder="Press releases"
          defaultValue={graph?.name}
        />
        <TextArea
          label="Description"
          name="description"
          rows={2}
          maxLength={LONGEST}
          placeholder="Everything published since 2019"
          defaultValue={graph?.description ?? ""}
        />
        <Faults error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            {graph ? "Save" : "Create"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
