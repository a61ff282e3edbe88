import { count } from "@/format/numbers";
import type { StoredFile } from "./remote";

type Measured = Pick<StoredFile, "words" | "pages" | "has_text" | "status" | "passages" | "passages_total">;

/** How much text a file has, in words: "1,204 words, 12 pages"; how much of it can be found while it is being read. */
export function extent(file: Measured): string {
  if (file.status === "in_progress" && file.passages_total !== null) {
    return `${count(file.passages ?? 0)} of ${count(file.passages_total)} passages`;
  }
  if (file.status !== "completed") return "–";
  if (!file.has_text) return "no text";
  const words = file.words === null ? null : `${count(file.words)} ${file.words === 1 ? "word" : "words"}`;
  const pages = file.pages === null || file.pages < 2 ? null : `${count(file.pages)} pages`;
  return [words, pages].filter(Boolean).join(", ") || "–";
}

export const WORDS: Record<StoredFile["status"], string> = {
  in_progress: "being read",
  completed: "ready",
  failed: "failed",
};
export const TONES = { in_progress: "info", completed: "good", failed: "bad" } as const;
