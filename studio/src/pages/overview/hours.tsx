import { useMemo } from "react";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { abbreviated } from "@/format/numbers";
import { Chart, type Line } from "../batch/chart";
import { stackedHours } from "./series";

const HALF_HOUR_S = 1_800;

/** What ended in each of the last 24 hours. */
export function Hours({ hours }: { hours: Schemas["Overview"]["hours"] }) {
  const [times, lines] = useMemo(() => {
    const [at, ended, failed] = stackedHours(hours);
    const shown: Line[] = [
      { label: "ended", color: "brand", kind: "bars", values: [...ended] },
      { label: "failed", color: "bad", kind: "bars", values: [...failed] },
    ];
    return [[...at], shown];
  }, [hours]);
  return (
    <Card>
      <h2 className="sr-only">Ended per hour</h2>
      <Chart
        title="Ended per hour"
        times={times}
        lines={lines}
        format={abbreviated}
        margin={HALF_HOUR_S}
        together="hours"
      />
    </Card>
  );
}
