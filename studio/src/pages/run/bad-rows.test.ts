import { expect, it } from "vitest";
import { badRowsCsv, badRowsOf } from "./bad-rows";

it("finds the bad rows among the faults of a refusal", () => {
  const faults = [
    { text: "2 of 9 rows cannot be run", key: "", extras: { bad_rows: 2, rows: 9 } },
    {
      text: "row 1,204, column Tone: is empty",
      key: "",
      extras: { row: 1204, line: 1206, column: "Tone", input: "Tone" },
    },
    { text: "row 7: has more cells than the header", key: "", extras: { row: 7, line: 8, column: null, input: null } },
  ];
  expect(badRowsOf(faults)).toEqual([
    { row: 1204, line: 1206, column: "Tone", input: "Tone", reason: "is empty" },
    { row: 7, line: 8, column: null, input: null, reason: "has more cells than the header" },
  ]);
});

it("writes them as a table that no spreadsheet takes for formulas", () => {
  const text = badRowsCsv([{ row: 1, line: 2, column: "=1+1", input: null, reason: 'must be "a", not "b"' }]);
  expect(text).toBe('row,line,column,problem\r\n1,2,"\'=1+1","must be ""a"", not ""b"""');
});
