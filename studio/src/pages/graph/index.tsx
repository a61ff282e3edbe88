import { useQuery } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { queries } from "@/api/queries";
import { IconButton } from "@/components/button";
import { CopyId } from "@/components/copy";
import { Confirm } from "@/components/dialog";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import { Failed, Loading } from "@/components/states";
import { toast } from "@/components/toast";
import { count } from "@/format/numbers";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { GraphStatus } from "../graphs";
import { NewGraph } from "../graphs/new-graph";
import { deleteGraph, findGraph, type Graph } from "../graphs/remote";
import { AskPanel } from "./ask-panel";
import { GraphFiles } from "./graph-files";
import { WebPages } from "./web-pages";

const CRUMBS = [{ to: "/graphs", label: "Graphs" }];
const LIVE_MS = 1_500;

/** One graph: what is in it, how far it has been read, and a place to ask it. */
export default function GraphPage() {
  const { graphId = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["graphs", "one", graphId],
    queryFn: () => findGraph(graphId),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? LIVE_MS : false),
  });
  if (!data)
    return (
      <Page title="Graph" crumbs={CRUMBS}>
        {error ? <Failed error={error} retry={() => void refetch()} /> : <Loading lines={8} />}
      </Page>
    );
  return (
    <Page
      title={data.name}
      crumbs={CRUMBS}
      status={<GraphStatus graph={data} />}
      actions={<Actions graph={data} />}
      wide
    >
      <div className="flex flex-col gap-4">
        <Facts graph={data} />
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
          <div className="flex min-w-0 flex-col gap-4">
            <GraphFiles graph={data} />
            {data.type !== "connector" && <WebPages graph={data} />}
          </div>
          <AskPanel graph={data} />
        </div>
      </div>
    </Page>
  );
}

const isMoving = (graph: Graph) =>
  graph.file_status.in_progress > 0 || graph.urls.some((one) => one.status.status === "validating");

function Facts({ graph }: { graph: Graph }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      {graph.description && <span className="text-sm">{graph.description}</span>}
      <span data-number>{count(graph.passages)} passages</span>
      {graph.search === "text" && (
        <span title="No model of embeddings is installed on this server.">found by their words alone</span>
      )}
      <CopyId id={graph.id} />
    </div>
  );
}

function Actions({ graph }: { graph: Graph }) {
  const mayWrite = useMay("graphs:write");
  const [asked, setAsked] = useState<"change" | "delete" | null>(null);
  if (!mayWrite) return null;
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More">
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setAsked("change")}>Name and description …</MenuItem>
        <MenuItem onSelect={() => void navigator.clipboard.writeText(graph.id).then(() => toast("The id is copied."))}>
          Copy the id
        </MenuItem>
        <MenuLine />
        <MenuItem danger onSelect={() => setAsked("delete")}>
          Delete …
        </MenuItem>
      </Menu>
      {asked === "change" && <NewGraph graph={graph} onClose={() => setAsked(null)} />}
      {asked === "delete" && <Delete graph={graph} onClose={() => setAsked(null)} />}
    </>
  );
}

function Delete({ graph, onClose }: { graph: Graph; onClose: () => void }) {
  const navigate = useNavigate();
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${graph.name}?`}
      description="Agents that write from it fail from now on, until they have another. Its files stay."
      action="Delete"
      onConfirm={async () => {
        await deleteGraph(graph.id);
        await navigate("/graphs");
        queries.removeQueries({ queryKey: ["graphs", "one", graph.id] });
        void queries.invalidateQueries({ queryKey: ["graphs"] });
      }}
    />
  );
}
