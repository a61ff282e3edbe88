/**
 * References in prompts and templates, read exactly as the server reads them: `@Name`, `@{Name}` and `{{Name}}`; after a bare
 * `@` the longest known name wins, spelled exactly first, then whatever its case, spaces and underscores.
 */

export type Reference = { kind: "input" | "prompt"; name: string };
export type Found = { start: number; end: number; reference: Reference; exact: boolean };
export type Unknown = { start: number; end: number; text: string };

// Thai and Lao, Myanmar, Hangul, Khmer, kana and Han: words follow one another without a space.
const UNSPACED =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u2e80-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\uff66-\\uffdc\\u{20000}-\\u{3ffff}";
const LETTER = `(?![${UNSPACED}])[\\p{L}\\p{N}]`;
const BRACED = "[^{}\\n]{1,510}";
const START = new RegExp(`@\\{(${BRACED})\\}|\\{\\{(${BRACED})\\}\\}|(?<!${LETTER})@`, "gu");
const LIKE = new RegExp(`@\\{${BRACED}\\}|\\{\\{${BRACED}\\}\\}|(?<!${LETTER})@${LETTER}[\\p{L}\\p{N}_-]*`, "gu");
const WORD_GOES_ON = new RegExp(`(?<=${LETTER})_*${LETTER}`, "uy");

/** One character as names are compared. Upper case first: it spells out what lower case cannot, as "ß". */
const folded = (letter: string): string => letter.toUpperCase().toLowerCase();

/** The name without case, spaces and underscores. */
export const fold = (name: string): string =>
  [...name.normalize("NFC")]
    .filter((one) => one !== " " && one !== "_")
    .map(folded)
    .join("");

/** Every reference in the text, in order. */
export function found(text: string, known: readonly Reference[]): Found[] {
  const byFold = new Map(known.map((one) => [fold(one.name), one]));
  const all: Found[] = [];
  START.lastIndex = 0;
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const one = at(text, match, known, byFold);
    if (one) all.push(one);
    START.lastIndex = one ? one.end : match.index + 1;
  }
  return all;
}

function at(
  text: string,
  match: RegExpExecArray,
  known: readonly Reference[],
  byFold: Map<string, Reference>,
): Found | null {
  const braced = match[1] ?? match[2];
  const start = match.index;
  if (braced !== undefined) {
    const reference = byFold.get(fold(braced.trim()));
    return reference ? { start, end: start + match[0].length, reference, exact: false } : null;
  }
  return exactly(text, start, known) ?? loosely(text, start, known, byFold);
}

function exactly(text: string, start: number, known: readonly Reference[]): Found | null {
  let best: Found | null = null;
  for (const reference of known) {
    const end = start + 1 + reference.name.length;
    if (best && end <= best.end) continue;
    if (text.startsWith(reference.name, start + 1) && !goesOn(text, end)) best = { start, end, reference, exact: true };
  }
  return best;
}

function loosely(
  text: string,
  start: number,
  known: readonly Reference[],
  byFold: Map<string, Reference>,
): Found | null {
  const longest = Math.max(0, ...[...byFold.keys()].map((one) => one.length));
  let best: Found | null = null;
  let read = "";
  for (let index = start + 1; index < text.length && read.length < longest; ) {
    const letter = String.fromCodePoint(text.codePointAt(index) as number);
    const end = index + letter.length;
    if (letter === " " || letter === "_") {
      if (index === start + 1) return null;
    } else {
      read += folded(letter);
      const reference = byFold.get(read);
      if (reference && !goesOn(text, end)) best = { start, end, reference, exact: false };
    }
    index = end;
  }
  return known.length > 0 ? best : null;
}

function goesOn(text: string, end: number): boolean {
  WORD_GOES_ON.lastIndex = end;
  return WORD_GOES_ON.test(text);
}

/** What looks like a reference and names nothing known: it stays in the text as it is. */
export function unknown(text: string, known: readonly Reference[]): Unknown[] {
  const taken = found(text, known);
  const free = (index: number) => !taken.some((one) => index >= one.start && index < one.end);
  return [...text.matchAll(LIKE)]
    .map((match) => ({ start: match.index, end: match.index + match[0].length, text: match[0] }))
    .filter((one) => free(one.start) && free(one.end - 1));
}

/** The name that an unknown reference carries. */
export const nameIn = (reference: string): string => reference.replaceAll(/[@{}]/g, "").trim();

/** The text with every reference replaced; a name without a text is an absent optional input. */
export function fill(text: string, known: readonly Reference[], texts: ReadonlyMap<string, string>): string {
  let filled = "";
  let end = 0;
  for (const one of found(text, known)) {
    filled += text.slice(end, one.start) + (texts.get(one.reference.name) ?? "");
    end = one.end;
  }
  return filled + text.slice(end);
}

/** The text with every reference to `from` naming `to` instead. */
export function renamed(text: string, known: readonly Reference[], from: string, to: string): string {
  let changed = "";
  let end = 0;
  for (const one of found(text, known)) {
    if (one.reference.name !== from) continue;
    changed += `${text.slice(end, one.start)}@{${to}}`;
    end = one.end;
  }
  return changed + text.slice(end);
}

/** The known name that was probably meant; null when none is near. */
export function nearest(word: string, names: readonly string[]): string | null {
  const wanted = fold(word);
  let best: [number, string] | null = null;
  for (const name of names) {
    const other = fold(name);
    const likeness = 1 - distance(wanted, other) / Math.max(wanted.length, other.length, 1);
    const counted = other.startsWith(wanted) || wanted.startsWith(other) ? likeness + 0.3 : likeness;
    if (counted >= 0.55 && (!best || counted > best[0])) best = [counted, name];
  }
  return best?.[1] ?? null;
}

function distance(a: string, b: string): number {
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
