import { TriangleAlert } from "lucide-react";
import { Badge, type Tone } from "@/components/status";
import { breaking, type Change } from "./changes";
import { Pieces } from "./pieces";

const TONES: Record<Change["kind"], Tone> = { added: "good", removed: "bad", changed: "info" };

/** What is different, and which callers it would break. */
export function ChangesView({ changes }: { changes: readonly Change[] }) {
  const breaks = breaking(changes);
  return (
    <div className="flex flex-col gap-3">
      {breaks.length > 0 && (
        <div className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          <h3 className="flex items-center gap-2 font-medium">
            <TriangleAlert className="size-4" aria-hidden="true" />
            Callers that would break
          </h3>
          <ul className="mt-1 list-disc pl-6">
            {breaks.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
      <ul className="flex flex-col gap-2">
        {changes.map((one) => (
          <li key={`${one.kind} ${one.what}`} className="rounded-lg border border-line p-3">
            <h3 className="flex items-center gap-2 text-sm font-medium">
              <Badge tone={TONES[one.kind]}>{one.kind}</Badge>
              {one.what}
            </h3>
            {one.details.length > 0 && (
              <ul className="mt-2 flex flex-col gap-0.5 text-xs break-words text-muted">
                {one.details.map((detail) => (
                  <li key={detail}>{detail}</li>
                ))}
              </ul>
            )}
            {one.texts.map(({ label, pieces }) => (
              <div key={label} className="mt-2">
                <h4 className="text-xs text-muted">{label}</h4>
                <p className="rounded-md bg-sunken p-2 text-sm break-words whitespace-pre-wrap">
                  <Pieces pieces={pieces} />
                </p>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
