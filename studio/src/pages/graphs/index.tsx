import { useQuery } from "@tanstack/react-query";
import { Library, Plus } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Empty, Failed, Loading } from "@/components/states";
import { Badge } from "@/components/status";
import { Time } from "@/components/time";
import { count } from "@/format/numbers";
import { Page } from "@/frame/page";
import { useMay } from "@/frame/session";
import { NewGraph } from "./new-graph";
import { type Graph, listGraphs } from "./remote";

const LIVE_MS = 2_000;

/** Every graph: what it knows, and whether all of it has been read. */
export default function Graphs() {
  const mayWrite = useMay("graphs:write");
  const [isNew, setNew] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["graphs", "all"],
    queryFn: listGraphs,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.file_status.in_progress > 0) ? LIVE_MS : false),
  });
  const make = mayWrite && (
    <Button look="primary" icon={<Plus />} onClick={() => setNew(true)}>
      New graph
    </Button>
  );
  return (
    <Page title="Graphs" actions={make}>
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading lines={6} />}
      {data?.length === 0 && (
        <Empty icon={<Library />} title="No graph yet" action={make}>
          A graph knows a set of files. Put your style guide and fifty press releases into one: it answers questions
          with the passages it found, and agents write from them.
        </Empty>
      )}
      {data && data.length > 0 && (
        <Card className="overflow-hidden">
          <ul className="divide-y divide-line" aria-label="Graphs">
            {data.map((one) => (
              <Line key={one.id} graph={one} />
            ))}
          </ul>
        </Card>
      )}
      {isNew && <NewGraph onClose={() => setNew(false)} />}
    </Page>
  );
}

function Line({ graph }: { graph: Graph }) {
  const { total } = graph.file_status;
  return (
    <li className="relative grid items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-hover md:grid-cols-[minmax(0,1fr)_9rem_9rem_6rem]">
      <div className="min-w-0">
        <Link to={`/graphs/${graph.id}`} className="block truncate text-sm font-medium after:absolute after:inset-0">
          {graph.name}
        </Link>
        {graph.description && <p className="truncate text-xs text-muted">{graph.description}</p>}
      </div>
      <div className="text-sm" data-number>
        {count(total)} {total === 1 ? "file" : "files"}
      </div>
      <div>
        <GraphStatus graph={graph} />
      </div>
      <div className="text-xs text-muted md:text-right">
        <Time at={graph.created_at} />
      </div>
    </li>
  );
}

/** Whether a graph knows all its files. */
export function GraphStatus({ graph }: { graph: Graph }) {
  const { in_progress, failed, total } = graph.file_status;
  if (in_progress > 0)
    return (
      <Badge tone="info" live>
        {`reading ${count(in_progress)}`}
      </Badge>
    );
  if (failed > 0) return <Badge tone="bad">{`${count(failed)} failed`}</Badge>;
  return total === 0 ? <Badge>empty</Badge> : <Badge tone="good">ready</Badge>;
}
