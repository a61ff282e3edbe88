import { describe, expect, it } from "vitest";
import type { Result } from "./draft-run";
import { earlier, earlierTest, forget, keep } from "./earlier-tests";

/** A browser's shelf with room for so many characters. */
function shelf(room = Number.POSITIVE_INFINITY) {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > room) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
  };
}
const result = { title: "T", suggestion: "x".repeat(30_000), prompts: [], usage: { total_tokens: 9 }, cost: 0.1 };
const test = (at: number) => earlierTest(result as unknown as Result, new Map([["Tone", ["dry"]]]), new Date(at));

describe("earlier tests", () => {
  it("are kept for each agent, the newest first, at most 20", () => {
    const place = shelf();
    for (let at = 1; at <= 25; at++) keep("a", test(at), place);
    expect(
      earlier("a", place)
        .map((one) => one.id)
        .slice(0, 2),
    ).toEqual(["25", "24"]);
    expect(earlier("a", place)).toHaveLength(20);
    expect(earlier("b", place)).toEqual([]);
    expect(forget("a", place)).toEqual([]);
    expect(earlier("a", place)).toEqual([]);
  });

  it("give way when there is no room, and survive what is no list", () => {
    const place = shelf(50_000);
    keep("a", test(1), place);
    keep("a", test(2), place);
    expect(keep("a", test(3), place).map((one) => one.id)).toEqual(["3", "2"]);
    expect(keep("a", test(4), shelf(10)).map((one) => one.id)).toEqual(["4"]);
    place.setItem("pressrun.tests.a", "{");
    expect(earlier("a", place)).toEqual([]);
  });

  it("hold inputs and cut long texts", () => {
    expect(test(1)).toMatchObject({ inputs: { Tone: ["dry"] }, tokens: 9 });
    expect(test(1).text).toHaveLength(20_001);
  });
});
