import { bytes } from "@/format/numbers";
import { isTaken } from "./names";

/** What files an input takes. */
export type FileLimits = {
  /** Endings that are taken; all when empty. */
  types: readonly string[];
  most: number;
  largestMb: number | null;
  /** Whether addresses are taken too. */
  urls: boolean;
};

/** As the server counts them. */
const MEGABYTE = 1024 * 1024;

/** Why a file is not taken, before it is sent; null when it is. */
export function faultOf(file: { name: string; size: number }, { types, largestMb }: FileLimits): string | null {
  if (!isTaken(file.name, types)) return `${file.name} is none of ${types.join(", ")}.`;
  if (largestMb !== null && file.size > largestMb * MEGABYTE)
    return `${file.name} has ${bytes(file.size)}; at most ${largestMb} MB are taken.`;
  return null;
}

/** What is taken, in a few words. */
export function wordsOf({ types, most, largestMb }: FileLimits): string {
  const kinds = types.length > 0 && types.length <= 5 ? types.join(", ") : null;
  const number = most > 1 ? `up to ${most} files` : "or drop it here";
  return [number, kinds, largestMb === null ? null : `${largestMb} MB`].filter(Boolean).join(" · ");
}

/** The values with more files: each once, as many as there is room for; a single one is replaced. */
export function withFiles(was: readonly string[], added: readonly string[], most: number): string[] {
  const all = [...new Set([...was.filter(Boolean), ...added])];
  return most === 1 ? all.slice(-1) : all.slice(0, most);
}

/** The endings as a chooser of files wants them. */
export const accepted = (types: readonly string[]): string =>
  types.map((one) => `.${one.replace(/^\./, "")}`).join(",");
