import { describe, expect, it } from "vitest";
import type { JobEvent } from "./shapes";
import { linesOf, since } from "./timeline";

const event = (name: string, data: Record<string, unknown> = {}, attempt = 0, s = 0): JobEvent => ({
  seq: 1,
  at: new Date(Date.parse("2026-11-26T12:00:00Z") + s * 1000).toISOString(),
  event: name,
  generation: 1,
  attempt,
  data,
});
const only = (name: string, data: Record<string, unknown> = {}, attempt = 0) => {
  const [line] = linesOf([event(name, data, attempt)]);
  if (!line) throw new Error("no line");
  return line;
};

describe("a line", () => {
  it("names the attempt and its worker", () => {
    const line = only("job.started", { worker: "w-1" }, 2);
    expect([line.title, line.detail]).toEqual(["Attempt 2 started", "by worker w-1"]);
  });

  it("says why and when it is tried again, and whether that counts", () => {
    const data = { error_code: "model_timeout", error: "no answer in 30 s", wait_s: 1.5, charged: false };
    expect(only("job.retry_scheduled", data, 1).detail).toBe(
      "no answer in 30 s · again in 1.5 s · not charged as an attempt",
    );
  });

  it("lists the model calls with what finds them on a bill", () => {
    const calls = [{ prompt: "Lead", model: "fast", outcome: "model_timeout", duration_s: 30, request_id: "req_1" }];
    const [call] = only("job.failed", { error_code: "model_timeout", calls }, 1).calls;
    expect(call).toEqual({ text: "Lead · fast · model_timeout · 30 s", requestId: "req_1", isBad: true });
  });

  it("keeps the word of an event it does not know", () => {
    expect(only("job.something_new").title).toBe("something new");
  });
});

it("tells the time between lines", () => {
  const lines = linesOf([event("job.created"), event("job.started", {}, 1, 2)]);
  expect([since(lines, 0), since(lines, 1)]).toEqual(["", "+2.0 s"]);
});
