import type { Schemas } from "@/api/client";
import { Card, Tile } from "@/components/card";
import { Faults, Loading } from "@/components/states";
import { abbreviated, count, money } from "@/format/numbers";
import { span } from "../batch/words";

type Estimate = Schemas["BatchEstimateShape"];

/** What the rows will take: nothing was stored or asked for it. */
export function EstimateCard({
  estimate,
  error,
  isReading,
}: {
  estimate: Estimate | undefined;
  error: unknown;
  isReading: boolean;
}) {
  return (
    <Card title="Estimate" note={isReading ? "reading every row …" : undefined}>
      <div className="px-4 pb-4" aria-busy={isReading}>
        {error ? <Faults error={error} /> : estimate ? <Figures estimate={estimate} /> : <Loading lines={2} />}
      </div>
    </Card>
  );
}

function Figures({ estimate }: { estimate: Estimate }) {
  const { cost, duration_s: time } = estimate;
  const runnable = estimate.rows - estimate.bad_rows;
  const shared = runnable - estimate.distinct_rows;
  return (
    <>
      <div className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
        <Tile label="Rows to run" value={count(runnable)}>
          {shared > 0 ? `${count(shared)} ${shared === 1 ? "shares" : "share"} an answer` : "\u00a0"}
        </Tile>
        <Tile label="Tokens sent" value={abbreviated(estimate.prompt_tokens)} title={count(estimate.prompt_tokens)}>
          and the answers
        </Tile>
        <Tile label="Price" value={range(cost.low, cost.high)}>
          {cost.most === null ? "\u00a0" : `${money(cost.most)} at most`}
        </Tile>
        <Tile label="Time" value={span(time) ?? "–"}>
          {time ? "with the workers of now" : "not known yet"}
        </Tile>
      </div>
      {cost.low === null && (
        <p className="mt-3 text-xs text-muted">
          The price is not known: {estimate.unbounded[0] ?? "a model has no price"}. A sample of five rows shows what
          they use.
        </p>
      )}
    </>
  );
}

function range(low: number | null, high: number | null): string {
  if (low === null || high === null) return "–";
  return low === high || money(low) === money(high) ? money(high) : `${money(low)}–${money(high)}`;
}
