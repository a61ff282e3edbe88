import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import { Card, Tile } from "@/components/card";
import { count, money } from "@/format/numbers";
import type { LiveBatch } from "./live";

/** After a sample: what the whole batch will have cost, told from the rows that are done. */
export function Projection({ batch }: { batch: LiveBatch }) {
  const { data } = useQuery({
    queryKey: ["batch", batch.id, "projection", batch.counts.completed],
    queryFn: () => body(api.GET("/v1/batches/{batch_id}/estimate", { params: { path: { batch_id: batch.id } } })),
  });
  if (!data || data.cost.low === null) return null;
  return (
    <Card title="What the rest will cost" note={`told from ${count(data.rows)} rows that are done`}>
      <div className="grid grid-cols-2 gap-4 px-4 pb-4 sm:grid-cols-3">
        <Tile label="Rows left" value={count(data.rows_left)} />
        <Tile label="A row" value={money(data.cost_per_row)} />
        <Tile label="The whole batch" value={`${money(data.cost.low)} – ${money(data.cost.high)}`} />
      </div>
    </Card>
  );
}
