import { expect, test } from "vitest";
import { commandsOf } from "./commands";

const ID = "0b6f2f0e-5d0f-4c3a-9a55-3f4f1d2b7c11";

test("what is open can be run, retried, and its id copied", () => {
  expect(commandsOf(`/agents/${ID}`)).toEqual([
    { label: "Run this agent", to: `/agents/${ID}/run` },
    { label: "Copy the agent’s id", copy: ID },
  ]);
  expect(commandsOf(`/batches/${ID}`)).toEqual([
    { label: "Retry failed rows", to: `/batches/${ID}?ask=retry` },
    { label: "Copy the batch’s id", copy: ID },
  ]);
  expect(commandsOf(`/jobs/${ID}`)).toEqual([{ label: "Copy the job’s id", copy: ID }]);
  for (const place of ["/", "/agents", "/agents/new", "/settings/keys"]) expect(commandsOf(place)).toEqual([]);
});
