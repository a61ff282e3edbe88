import { useQuery } from "@tanstack/react-query";
import { Library, Plus, X } from "lucide-react";
import { Link } from "react-router";
import { Button, IconButton } from "@/components/button";
import { Checkbox } from "@/components/field";
import { Menu, MenuItem } from "@/components/menu";
import { useMay } from "@/frame/session";
import { listGraphs } from "../graphs/remote";
import { useEditing, useIssue } from "./editing-context";

/** The graphs an agent writes from: the best passages of them stand before every prompt, and are cited. */
export function Knowledge() {
  const { draft, change } = useEditing();
  const may = useMay("graphs:read");
  const issue = useIssue("graphs");
  const chosen = draft.graphs ?? [];
  const { data } = useQuery({ queryKey: ["graphs", "all"], queryFn: listGraphs, enabled: may, retry: false });
  if (!may && chosen.length === 0) return null;
  const others = (data ?? []).filter((one) => !chosen.includes(one.id));
  const put = (graphs: string[]) => change((one) => ({ ...one, graphs }));
  return (
    <section aria-label="Knowledge" className="flex flex-col gap-2 border-t border-line pt-3">
      <div className="flex items-center justify-between">
        <h2 className="text-sm font-semibold">Knowledge</h2>
        {others.length > 0 && (
          <Menu
            trigger={
              <Button size="small" icon={<Plus />}>
                Add graph
              </Button>
            }
          >
            {others.map((one) => (
              <MenuItem key={one.id} icon={<Library />} onSelect={() => put([...chosen, one.id])}>
                {one.name}
              </MenuItem>
            ))}
          </Menu>
        )}
      </div>
      {chosen.length === 0 && (
        <p className="text-xs text-muted">
          {data?.length === 0 ? (
            <>
              Put files into a{" "}
              <Link to="/graphs" className="text-brand-text underline">
                graph
              </Link>
              , and this agent writes from what stands in them.
            </>
          ) : (
            "With a graph, every prompt gets the passages that fit best, and the job shows them."
          )}
        </p>
      )}
      {chosen.length > 0 && (
        <ul className="flex flex-col gap-1">
          {chosen.map((id) => {
            const graph = data?.find((one) => one.id === id);
            return (
              <li
                key={id}
                className="flex h-9 items-center gap-2 rounded-lg border border-line bg-surface pr-1 pl-2.5 text-sm"
              >
                <Library className="size-4 shrink-0 text-muted" aria-hidden="true" />
                {graph ? (
                  <Link to={`/graphs/${id}`} className="min-w-0 flex-1 truncate hover:underline">
                    {graph.name}
                  </Link>
                ) : (
                  <span className="min-w-0 flex-1 truncate text-muted">{data ? `deleted: …${id.slice(-8)}` : id}</span>
                )}
                <IconButton
                  label={`Take ${graph?.name ?? id} away`}
                  size="small"
                  onClick={() => put(chosen.filter((one) => one !== id))}
                >
                  <X />
                </IconButton>
              </li>
            );
          })}
        </ul>
      )}
      {chosen.length > 0 && (
        <Checkbox
          label="Cite them in the text"
          help="As [1], for each passage that a sentence rests on."
          checked={draft.settings.inline_citations ?? false}
          onChange={(event) =>
            change((one) => ({ ...one, settings: { ...one.settings, inline_citations: event.target.checked } }))
          }
        />
      )}
      {issue && <p className="text-xs text-bad">{issue}</p>}
    </section>
  );
}
