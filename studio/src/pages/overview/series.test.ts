import { expect, test } from "vitest";
import { spendByAgent, spendByDay, stackedHours } from "./series";

const SPEND = [
  { day: "2026-11-25", application_id: "a", cost: 0.5, total_tokens: 10 },
  { day: "2026-11-24", application_id: "b", cost: 2, total_tokens: 10 },
  { day: "2026-11-25", application_id: "b", cost: null, total_tokens: 10 },
  { day: "2026-11-25", application_id: null, cost: 0.25, total_tokens: 10 },
];

test("a day's spend is the sum of its agents, and a day without any costs nothing", () => {
  expect(spendByDay(SPEND, 3, new Date("2026-11-26T01:00:00Z"))).toEqual([
    { day: "2026-11-24", cost: 2 },
    { day: "2026-11-25", cost: 0.75 },
    { day: "2026-11-26", cost: 0 },
  ]);
});

test("agents come with the dearest first, and calls of none under an empty id", () => {
  expect(spendByAgent(SPEND)).toEqual([
    { agentId: "b", cost: 2 },
    { agentId: "a", cost: 0.5 },
    { agentId: "", cost: 0.25 },
  ]);
});

test("an hour's bar is all that ended in it, whatever became of it; an empty hour has none", () => {
  const hours = [
    { at: "2026-11-26T02:00:00Z", completed: 5, failed: 2, cancelled: 1 },
    { at: "2026-11-26T03:00:00Z", completed: 0, failed: 0, cancelled: 0 },
  ];
  const began = Date.parse("2026-11-26T02:00:00Z") / 1000;
  expect(stackedHours(hours)).toEqual([
    [began, began + 3600],
    [8, null],
    [2, null],
  ]);
});
