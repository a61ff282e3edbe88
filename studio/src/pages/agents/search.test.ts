import { expect, it } from "vitest";
import { matching, successRate } from "./search";

const AGENTS = [
  { id: "1a", name: "Product description", alias: "shop" },
  { id: "2b", name: "FAQ", alias: null },
];

it("finds agents by words of name, alias and id", () => {
  expect(matching(AGENTS, "desc PRODUCT").map((one) => one.id)).toEqual(["1a"]);
  expect(matching(AGENTS, "shop").map((one) => one.id)).toEqual(["1a"]);
  expect(matching(AGENTS, "2b").map((one) => one.name)).toEqual(["FAQ"]);
  expect(matching(AGENTS, " ")).toHaveLength(2);
});

it("tells how many runs went well", () => {
  expect(successRate({ last_run_at: null, runs: 4, failed: 1 })).toBe(0.75);
  expect(successRate({ last_run_at: null, runs: 0, failed: 0 })).toBeNull();
  expect(successRate(undefined)).toBeNull();
});
