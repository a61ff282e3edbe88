import { expect, test } from "vitest";
import { cellOf, correction, isCorrectable, numberColumn, typed } from "./correcting";

test("only rows that came to nothing are corrected, and none while rows go back to the queue", () => {
  const batch = { retrying: false };
  const may = ["failed", "cancelled", "invalid", "completed", "queued", "running", "waiting"].filter((state) =>
    isCorrectable({ state }, batch),
  );
  expect(may).toEqual(["failed", "cancelled", "invalid"]);
  expect(isCorrectable({ state: "failed" }, { retrying: true })).toBe(false);
});

test("a file's own column called row does not hide the number of the row", () => {
  expect(numberColumn(["Text", "Tone"])).toBe("row");
  expect(numberColumn(["Row", "Tone"])).toBe("row (result)");
});

test("only what was changed is sent, with the number of the row", () => {
  const cells = { Name: "shoe", Tone: "rude", Size: 42, Tags: ["a"] };
  const columns = Object.keys(cells);
  const texts = { Name: "shoe", Tone: "friendly", Size: "43", Tags: '["a"]' };
  expect(correction(7, columns, cells, texts)).toEqual({ row: 7, Tone: "friendly", Size: 43 });
});

test("texts stay texts, even if they look like JSON; other kinds stay what they are", () => {
  expect(cellOf("42", "41")).toBe("42");
  expect(cellOf("null", "x")).toBe("null");
  expect(cellOf('["b"]', ["a"])).toEqual(["b"]);
  expect(cellOf("forty", 42)).toBe("forty");
  expect(cellOf("x", undefined)).toBe("x");
  expect([typed(null), typed(false), typed("=1")]).toEqual(["", "false", "=1"]);
});
