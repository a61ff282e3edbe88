import { describe, expect, test } from "vitest";
import { extent } from "./words";

const READ = { words: 1204, pages: 12, has_text: true, status: "completed", passages: 9, passages_total: 9 } as const;

describe("how much text a file has", () => {
  test("in words and pages once it has been read", () => {
    expect(extent(READ)).toBe("1,204 words, 12 pages");
    expect(extent({ ...READ, words: 1, pages: 1 })).toBe("1 word");
    expect(extent({ ...READ, has_text: false })).toBe("no text");
  });

  test("in passages while it is being read", () => {
    expect(extent({ ...READ, status: "in_progress", passages: 1128, passages_total: 2000 })).toBe(
      "1,128 of 2,000 passages",
    );
    expect(extent({ ...READ, status: "in_progress", passages: null, passages_total: null })).toBe("–");
  });
});
