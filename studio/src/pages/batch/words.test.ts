import { describe, expect, it } from "vitest";
import type { LiveBatch } from "./live";
import { done, isOver, limiter, notice, sentence, shareDone, span } from "./words";

const COUNTS = { total: 10, queued: 1, running: 1, waiting: 0, completed: 5, failed: 2, cancelled: 0, invalid: 1 };
const BATCH = {
  state: "running",
  retrying: false,
  pause_code: null,
  paused_reason: null,
  cancel_requested: false,
  counts: COUNTS,
  errors: [],
} as unknown as LiveBatch;

describe("span", () => {
  it("speaks of one unit that fits the later end", () => {
    expect(span({ low: 8, high: 14 })).toBe("8–14 s");
    expect(span({ low: 170, high: 290 })).toBe("2–5 min");
    expect(span({ low: 3_500, high: 9_000 })).toBe("1–3 h");
    expect(span({ low: 100_000, high: 300_000 })).toBe("1–4 d");
  });

  it("is one figure where both ends are the same", () => expect(span({ low: 5, high: 5 })).toBe("5 s"));

  it("says nothing when nothing is known, or nothing is left", () => {
    expect(span(null)).toBeNull();
    expect(span({ low: 0, high: 0 })).toBeNull();
  });
});

describe("done", () => {
  it("counts what needs nothing more", () => {
    expect(done(BATCH)).toBe(8);
    expect(shareDone(BATCH)).toBeCloseTo(0.8);
    expect(shareDone({ counts: { ...COUNTS, total: 0 } })).toBe(0);
  });

  it("is not over while a retry is on its way", () => {
    expect(isOver({ state: "completed", retrying: false })).toBe(true);
    expect(isOver({ state: "completed", retrying: true })).toBe(false);
    expect(isOver({ state: "paused", retrying: false })).toBe(false);
  });
});

describe("notice", () => {
  it("says why a batch is paused and what to do", () => {
    const paused = { ...BATCH, state: "paused", pause_code: "quota", paused_reason: "the account has no quota left" };
    expect(notice(paused as LiveBatch)?.text).toBe(
      "The account has no quota left. Resume after topping up the model's account, or give the agent another model.",
    );
  });

  it("names the most frequent error of what failed", () => {
    const failed = { ...BATCH, state: "completed_with_errors", errors: [{ error_code: "model_timeout", rows: 2 }] };
    expect(notice(failed as LiveBatch)?.text).toContain("2 rows failed, most often because of model_timeout (2)");
  });

  it("is silent while all goes well", () => expect(notice(BATCH)).toBeNull());
});

it("tells the limit only while rows wait for it", () => {
  const limited = { ...BATCH, limited_by: "no worker is alive" } as LiveBatch;
  expect(limiter(limited)).toBe("no worker is alive");
  expect(limiter({ ...limited, state: "completed" } as LiveBatch)).toBeNull();
});

it("makes sentences", () => expect(sentence("paused; what runs ends.")).toBe("Paused; what runs ends."));
