/** One test of a draft as it arrives: prompts begin, texts grow, and it ends with a result or a problem. */
import type { Schemas } from "@/api/client";
import { events } from "@/api/events";
import { type Fault, Problem } from "@/api/problem";
import type { Definition } from "./definition";

export type Asked = Schemas["AskedPromptShape"];
export type Result = Schemas["DraftRunResult"];
export type Streaming = { part: number | null; prompt: string; model: string | null; text: string };

export type Test =
  | { state: "running"; prompts: Streaming[] }
  | { state: "done"; prompts: Streaming[]; result: Result }
  | { state: "failed"; prompts: Streaming[]; message: string; faults: Fault[] }
  | { state: "stopped"; prompts: Streaming[] };

export const STARTED: Test = { state: "running", prompts: [] };

/** The test after one more event. */
export function heard(test: Test, event: string, data: string): Test {
  if (test.state !== "running") return test;
  const told: unknown = JSON.parse(data);
  if (event === "prompt") return { ...test, prompts: [...test.prompts, { ...(told as Streaming), text: "" }] };
  if (event === "delta") return { ...test, prompts: grown(test.prompts, told as Streaming) };
  if (event === "result") return { state: "done", prompts: test.prompts, result: told as Result };
  if (event === "problem") {
    const body = told as { message: string; errors: { description: string; key: string; extras: Fault["extras"] }[] };
    const faults = body.errors.map((one) => ({ text: one.description, key: one.key, extras: one.extras }));
    return { state: "failed", prompts: test.prompts, message: body.message, faults };
  }
  return test;
}

const grown = (prompts: readonly Streaming[], delta: Streaming): Streaming[] =>
  prompts.map((one) =>
    one.prompt === delta.prompt && one.part === delta.part ? { ...one, text: one.text + delta.text } : one,
  );

export type RunBody = { inputs: { id: string; value: string[] }[]; definition: Definition };

/** Run a definition once and tell every step; ends by itself, or when the signal says so. */
export async function runDraft(
  agent: string,
  body: RunBody,
  signal: AbortSignal,
  told: (test: Test) => void,
): Promise<Test> {
  let test = STARTED;
  const say = (next: Test) => {
    test = next;
    told(next);
  };
  say(STARTED);
  try {
    for await (const { event = "message", data } of events(`/v1/applications/${agent}/draft/run`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
      signal,
    }))
      say(heard(test, event, data));
    if (signal.aborted) say({ state: "stopped", prompts: test.prompts });
    else if (test.state === "running") say(broken(test, new Error("The answer broke off. Run it again.")));
  } catch (error) {
    say(signal.aborted ? { state: "stopped", prompts: test.prompts } : broken(test, error));
  }
  return test;
}

function broken(test: Test, error: unknown): Test {
  const message = error instanceof Error ? error.message : String(error);
  return { state: "failed", prompts: test.prompts, message, faults: error instanceof Problem ? error.faults : [] };
}
