import Papa from "papaparse";

/** What a file looks like: its columns and its first rows, read here for the eye only; the server reads it itself. */
export type Preview = { columns: string[]; rows: string[][] };

export const SHOWN_ROWS = 5;
/** As much of a file's beginning as is read here. */
export const HEAD_BYTES = 256 * 1024;

/** The columns and first rows of a table as text; null when there is none. `isWhole`: nothing follows `text`. */
export function previewOfTable(text: string, isWhole: boolean): Preview | null {
  const { data } = Papa.parse<string[]>(withoutSeparator(text), {
    preview: SHOWN_ROWS + 2,
    skipEmptyLines: "greedy",
    delimitersToGuess: [",", ";", "\t", "|"],
  });
  const [head, ...found] = data;
  if (!head) return null;
  // The last row read may be cut in its middle.
  const rows = !isWhole && data.length < SHOWN_ROWS + 2 ? found.slice(0, -1) : found;
  const columns = named(head);
  return { columns, rows: rows.slice(0, SHOWN_ROWS).map((row) => columns.map((_, at) => row[at] ?? "")) };
}

const SEPARATOR = /^sep=.\r?\n/i;
const withoutSeparator = (text: string) => text.replace(/^\ufeff/, "").replace(SEPARATOR, "");

/** Names for all columns, as the server gives them: trimmed, nameless ones after their place, repeated ones numbered. */
export function named(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  while (names.length > 0 && !names.at(-1)) names.pop();
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name, place) => {
    if (name && !seen.has(name)) {
      seen.add(name);
      return name;
    }
    let number = name ? 2 : place + 1;
    const stem = name ? `${name} ` : "Column ";
    while (taken.has(`${stem}${number}`)) number++;
    taken.add(`${stem}${number}`);
    return `${stem}${number}`;
  });
}

/** The fields and first objects of JSON, by lines or as one list; null when it is none. */
export function previewOfObjects(text: string, isWhole: boolean): Preview | null {
  const found = isListOf(text) ? fromList(text, isWhole) : fromLines(text);
  if (!found || found.length === 0) return null;
  const columns = [...new Set(found.flatMap((one) => Object.keys(one)))];
  return { columns, rows: found.slice(0, SHOWN_ROWS).map((one) => columns.map((name) => shown(one[name]))) };
}

const isListOf = (text: string) =>
  text
    .replace(/^\ufeff/, "")
    .trimStart()
    .startsWith("[");
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fromList(text: string, isWhole: boolean): Record<string, unknown>[] | null {
  if (!isWhole) return null;
  try {
    const value = JSON.parse(text.replace(/^\ufeff/, ""));
    return Array.isArray(value) ? value.filter(isObject) : null;
  } catch {
    return null;
  }
}

function fromLines(text: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  for (const line of text.split("\n")) {
    if (found.length > SHOWN_ROWS) break;
    try {
      const value = JSON.parse(line);
      if (isObject(value)) found.push(value);
    } catch {
      // a blank line, or the last one, which is cut
    }
  }
  return found;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A file's beginning as text: UTF-8 or UTF-16 where it says so or is, else what old spreadsheets write. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    // `stream` leaves alone a letter that is cut at the end.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
