import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { Time } from "@/components/time";
import { hostName } from "@/format/hosts";
import { count } from "@/format/numbers";

/** Who does the work; only administrators see it. */
export function WorkersAlive({ workers }: { workers: Schemas["Overview"]["workers"] }) {
  if (workers === null) return null;
  return (
    <Card title="Workers">
      {workers.length === 0 ? (
        <p className="px-4 pb-6 text-sm text-muted">
          No worker is alive: jobs are accepted and wait. Start one with{" "}
          <code className="font-mono text-xs">pressrun work</code>.
        </p>
      ) : (
        <ul className="border-t border-line">
          {workers.map((one) => (
            <li
              key={one.id}
              className="flex flex-wrap items-center gap-x-3 border-b border-line px-4 py-2 last:border-0"
            >
              <span className="font-medium break-all" title={one.host}>
                {hostName(one.host)}
              </span>
              <span className="text-xs text-muted">process {one.pid}</span>
              <span className="text-xs text-muted sm:ml-auto" data-number>
                {count(one.running)} of {count(one.places)} places · since <Time at={one.started_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
