import type { Found, Question } from "../graphs/remote";

/** A passage that an answer cites, or that was found. */
export type Passage = {
  key: string;
  cite: string | null;
  fileId: string | null;
  name: string | null;
  page: number | null;
  start: number | null;
  text: string;
  score: number | null;
  url: string | null;
};

export const ofFound = (found: readonly Found[]): Passage[] =>
  found.map((one) => ({
    key: `${one.file_id} ${one.start}`,
    cite: null,
    fileId: one.file_id,
    name: one.file_name,
    page: one.page,
    start: one.start,
    text: one.text,
    score: one.score,
    url: one.url,
  }));

/** What an answer cites; where it tells no references, what it was written from. */
export function ofQuestion({ references, sources }: Question): Passage[] {
  const files = references.files.map((one, at) => ({
    key: `f${at}`,
    cite: one.cite,
    fileId: one.fileId,
    name: one.file_name,
    page: one.page,
    start: one.start,
    text: one.text,
    score: one.score,
    url: null,
  }));
  const web = references.web.map((one, at) => ({
    key: `w${at}`,
    cite: null,
    fileId: null,
    name: one.title || one.url,
    page: null,
    start: null,
    text: one.text,
    score: one.score,
    url: one.url,
  }));
  if (files.length + web.length > 0) return [...files, ...web];
  return sources.map((one, at) => ({
    key: `s${at}`,
    cite: null,
    fileId: one.file_id,
    name: null,
    page: null,
    start: null,
    text: one.snippet,
    score: null,
    url: null,
  }));
}

/** Where the passage stands in its file. */
export function placeOf({ fileId, start, text }: Passage): string | null {
  if (fileId === null) return null;
  if (start === null) return `/files?file=${encodeURIComponent(fileId)}`;
  return `/files?file=${encodeURIComponent(fileId)}&at=${start}&to=${start + [...text].length}`;
}

export type Piece = { text: string; cite: string | null };

/** An answer in pieces: its text, and the marks like [1] that cite something. */
export function pieces(answer: string, cites: ReadonlySet<string>): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of answer.matchAll(/\[([^[\]\s]{1,40})\]/g)) {
    const cite = match[1] ?? "";
    if (!cites.has(cite)) continue;
    if (match.index > from) found.push({ text: answer.slice(from, match.index), cite: null });
    found.push({ text: match[0], cite });
    from = match.index + match[0].length;
  }
  if (from < answer.length) found.push({ text: answer.slice(from), cite: null });
  return found;
}
