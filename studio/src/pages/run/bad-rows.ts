import Papa from "papaparse";
import type { Schemas } from "@/api/client";
import type { Fault } from "@/api/problem";

export type BadRow = Schemas["BadRowShape"];

/** The bad rows among the faults of a refused file; faults of the file itself have no row. */
export function badRowsOf(faults: readonly Fault[]): BadRow[] {
  return faults.flatMap(({ text, extras }) => {
    if (typeof extras.row !== "number") return [];
    const string = (name: string) => (typeof extras[name] === "string" ? (extras[name] as string) : null);
    return [
      {
        row: extras.row,
        line: typeof extras.line === "number" ? extras.line : 0,
        column: string("column"),
        input: string("input"),
        reason: text.replace(/^row [\d,]+(?:, column [^:]*)?: /, ""),
      },
    ];
  });
}

/** A table of bad rows for a spreadsheet; texts that it would take for formulas are made harmless. */
export function badRowsCsv(rows: readonly BadRow[]): string {
  const data = rows.map((one) => [one.row, one.line, one.column ?? "", one.reason]);
  return Papa.unparse({ fields: ["row", "line", "column", "problem"], data }, { escapeFormulae: true });
}
