import type { FileText } from "@/files/remote";

/** How much of a text is shown at a time, in characters. */
export const STRETCH = 20_000;
const BEFORE = 2_000;

/** Where to begin, so that what is meant has something before it. */
export const startOf = (at: number | null): number => Math.max(0, (at ?? 0) - BEFORE);

export type Part = { key: string; kind: "text" | "mark" | "section"; text: string };

/**
 * A stretch of text in parts: where a page or sheet begins its name, and what stands from `at` to `to` marked. The server
 * counts characters (code points), a browser counts halves of some.
 */
export function parts(told: FileText, at: number | null, to: number | null): Part[] {
  const letters = [...told.text];
  const end = told.offset + letters.length;
  const cuts = new Set<number>([told.offset, end]);
  const names = new Map<number, string>();
  for (const one of told.sections) {
    const name = nameOf(one);
    if (!name || one.offset < told.offset || one.offset > end) continue;
    cuts.add(one.offset);
    names.set(one.offset, name);
  }
  const marked = at === null ? null : { from: at, to: to ?? at };
  for (const cut of marked ? [marked.from, marked.to] : []) if (cut > told.offset && cut < end) cuts.add(cut);
  const places = [...cuts].sort((a, b) => a - b);
  return places.flatMap((from, index): Part[] => {
    const until = places[index + 1];
    const name = names.get(from);
    const head: Part[] = name ? [{ key: `s${from}`, kind: "section", text: name }] : [];
    if (until === undefined) return head;
    const isMarked = marked !== null && from >= marked.from && until <= marked.to;
    const text = letters.slice(from - told.offset, until - told.offset).join("");
    return [...head, { key: `t${from}`, kind: isMarked ? "mark" : "text", text }];
  });
}

function nameOf({ page, label }: { page: number | null; label: string | null }): string {
  if (label) return label;
  return page === null ? "" : `Page ${page}`;
}

/** The pages that are seen, in words. */
export function where(told: FileText, file: { pages: number | null }): string {
  const seen = told.sections.filter((one) => one.page !== null).map((one) => one.page as number);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) return "";
  const all = file.pages === null ? "" : ` of ${file.pages}`;
  return first === last ? `page ${first}${all}` : `pages ${first}–${last}${all}`;
}
