import { Play, Square } from "lucide-react";
import { Button } from "@/components/button";
import { count, percent } from "@/format/numbers";
import type { Sent } from "./upload";

/** At the window's foot: what will happen, and the button that makes it so. */
export function StartBar({
  rows,
  why,
  sent,
  busy,
  onStart,
  onStop,
}: {
  /** How many rows will run; null while that is not known. */
  rows: number | null;
  /** Why it cannot start yet. */
  why: string | null;
  sent: Sent | null;
  busy: boolean;
  onStart: () => void;
  onStop: () => void;
}) {
  return (
    <div className="sticky bottom-0 z-10 -mx-4 border-t border-line bg-bg px-4 py-3 md:-mx-6 md:px-6">
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 text-sm text-muted" role="status">
          {busy ? words(sent) : (why ?? "Closing this page later changes nothing: the batch runs on the server.")}
        </p>
        {busy ? (
          <Button icon={<Square />} onClick={onStop}>
            Stop
          </Button>
        ) : (
          <Button look="primary" icon={<Play />} disabled={why !== null} onClick={onStart}>
            {rows === null ? "Start" : `Start ${count(rows)} ${rows === 1 ? "row" : "rows"}`}
          </Button>
        )}
      </div>
      {busy && (
        <div
          role="progressbar"
          aria-label="Sent"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round((sent?.share ?? 0) * 100)}
          className="mt-2 h-1.5 overflow-hidden rounded-full bg-hover"
        >
          <div className="h-full bg-brand transition-[width]" style={{ width: `${(sent?.share ?? 0) * 100}%` }} />
        </div>
      )}
    </div>
  );
}

function words(sent: Sent | null): string {
  if (!sent) return "Connecting …";
  const again = sent.attempt > 1 ? ` The connection was lost; this is try ${sent.attempt}, and no row runs twice.` : "";
  if (sent.share >= 1) return `All rows are sent and are being stored.${again}`;
  return `Sending the rows: ${percent(sent.share)}.${again}`;
}
