import { Globe, Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useAction } from "@/api/action";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/card";
import { Checkbox, TextField } from "@/components/field";
import { Faults } from "@/components/states";
import { Badge } from "@/components/status";
import { useMay } from "@/frame/session";
import { changeGraph, type Graph, type WebPage } from "../graphs/remote";

const WORDS = { validating: "being read", success: "ready", error: "failed" } as const;
const TONES = { validating: "info", success: "good", error: "bad" } as const;

const told = ({ url, type, exclude_urls }: Graph["urls"][number]): WebPage => ({ url, type, exclude_urls });

/** Web pages a graph knows, where an administrator allows it. */
export function WebPages({ graph }: { graph: Graph }) {
  const mayWrite = useMay("graphs:write");
  const [isAdding, setAdding] = useState(false);
  const pages = graph.urls;
  const save = useAction((urls: WebPage[]) => changeGraph(graph.id, { urls }), {
    changes: [["graphs"], ["files"]],
    quiet: true,
  });
  if (pages.length === 0 && !mayWrite) return null;
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const page: WebPage = {
      url: String(form.get("url")).trim(),
      type: form.get("below") === "on" ? "sub_pages" : "single_page",
    };
    save.mutateAsync([...pages.map(told), page]).then(
      () => setAdding(false),
      () => {}, // it is shown why
    );
  };
  return (
    <Card
      title="Web pages"
      actions={
        mayWrite &&
        !isAdding && (
          <Button size="small" icon={<Plus />} onClick={() => setAdding(true)}>
            Add a page
          </Button>
        )
      }
    >
      {pages.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {pages.map((one) => (
            <li key={one.url} className="flex items-center gap-2.5 py-2 pr-2 pl-4">
              <Globe className="size-4 shrink-0 text-muted" aria-hidden="true" />
              <div className="min-w-0 flex-1">
                <p className="truncate text-sm">{one.url}</p>
                <p className="truncate text-xs text-muted">
                  {one.type === "sub_pages" ? "and the pages below it" : "this page alone"}
                  {one.status.error_type && (
                    <span className="text-bad"> · {one.status.error ?? one.status.error_type}</span>
                  )}
                </p>
              </div>
              <Badge tone={TONES[one.status.status]} live={one.status.status === "validating"}>
                {WORDS[one.status.status]}
              </Badge>
              {mayWrite && (
                <IconButton
                  label={`Take ${one.url} out`}
                  size="small"
                  onClick={() => save.mutate(pages.filter((other) => other !== one).map(told))}
                >
                  <X />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {isAdding && (
        <form onSubmit={add} className="flex flex-col gap-3 border-t border-line px-4 py-3">
          <TextField label="Address" name="url" type="url" required autoFocus placeholder="https://shop.example/help" />
          <Checkbox name="below" label="Also the pages below it, on the same host" />
          <div className="flex gap-2">
            <Button type="submit" look="primary" size="small" busy={save.isPending}>
              Add
            </Button>
            <Button size="small" onClick={() => setAdding(false)}>
              Close
            </Button>
          </div>
        </form>
      )}
      {save.error !== null && (
        <div className="px-4 pb-3">
          <Faults error={save.error} />
        </div>
      )}
    </Card>
  );
}
