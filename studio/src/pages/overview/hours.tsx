import { lazy, Suspense, useMemo } from "react";
import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { abbreviated } from "@/format/numbers";
import { stackedHours } from "./series";

const Chart = lazy(() => import("@/components/chart"));

const SERIES = [
  { label: "Failed", color: "bad", kind: "bars", format: abbreviated },
  { label: "Ended", color: "brand", kind: "bars", format: abbreviated },
] as const;

/** What ended in each of the last 24 hours. */
export function Hours({ hours }: { hours: Schemas["Overview"]["hours"] }) {
  const data = useMemo(() => stackedHours(hours), [hours]);
  return (
    <Card title="Ended per hour">
      <div className="h-54 px-3 pb-3">
        <Suspense>
          <Chart
            label="Jobs ended in each of the last 24 hours, and how many of them failed"
            data={data}
            series={[SERIES[1], SERIES[0]]}
          />
        </Suspense>
      </div>
    </Card>
  );
}
