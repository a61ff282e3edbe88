import { decoded, HEAD_BYTES, type Preview, previewOfObjects, previewOfTable } from "./preview";

/** Rows as somebody brought them: a file, or text that was pasted. */
export type Source = { name: string; content: Blob; type: string; format: Format; isPasted: boolean };
export type Format = "csv" | "xlsx" | "jsonl" | "json" | null;

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const UNKNOWN = "application/octet-stream";
/** The type to send, by the ending of a file's name; the server finds out the rest by itself. */
const TYPES = {
  csv: ["text/csv", "csv"],
  tsv: ["text/tab-separated-values", "csv"],
  tab: ["text/tab-separated-values", "csv"],
  xlsx: [XLSX, "xlsx"],
  json: ["application/json", "json"],
  jsonl: ["application/x-ndjson", "jsonl"],
  ndjson: ["application/x-ndjson", "jsonl"],
} as const;

export const ACCEPTED = Object.keys(TYPES)
  .map((ending) => `.${ending}`)
  .join(",");

export function sourceOfFile(file: File): Source {
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  const [type, format] = ending in TYPES ? TYPES[ending as keyof typeof TYPES] : ([UNKNOWN, null] as const);
  return { name: file.name, content: file, type, format, isPasted: false };
}

/** Rows copied from a spreadsheet are a table with tabs; others paste CSV, or JSON. */
export function sourceOfText(text: string): Source {
  const begins = text.trimStart().charAt(0);
  const first = text.split("\n", 1)[0] ?? "";
  const table = first.includes("\t") ? TYPES.tsv : TYPES.csv;
  const [type, format] = begins === "{" ? TYPES.jsonl : begins === "[" ? TYPES.json : table;
  return { name: "Pasted rows", content: new Blob([text], { type }), type, format, isPasted: true };
}

/** Null where only the server can tell: a workbook, a kind that is not known, a list of JSON that is long. */
export async function previewOf(source: Source): Promise<Preview | null> {
  if (source.format === "xlsx" || source.format === null) return null;
  const bytes = new Uint8Array(await source.content.slice(0, HEAD_BYTES).arrayBuffer());
  const isWhole = source.content.size <= HEAD_BYTES;
  const text = decoded(bytes);
  return source.format === "csv" ? previewOfTable(text, isWhole) : previewOfObjects(text, isWhole);
}
