import { Badge } from "@/components/status";
import type { StoredFile } from "./remote";
import { TONES, WORDS } from "./words";

/** Whether a file has been read. */
export function FileStatus({ status }: { status: StoredFile["status"] }) {
  return (
    <Badge tone={TONES[status]} live={status === "in_progress"}>
      {WORDS[status]}
    </Badge>
  );
}
