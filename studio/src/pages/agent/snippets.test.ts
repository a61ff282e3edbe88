import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { AgentInput } from "./definition";
import { sampleValues, shell, snippets } from "./snippets";

const INPUTS: AgentInput[] = [
  { name: "Product name", type: "text", min_fields: 2, max_fields: 3 },
  { name: "Tone", type: "dropdown", options: ["it's dry", "formal"] },
  { name: "Note", type: "text", required: false },
];
const HARD = `a "quoted" 'word' $HOME \`id\` \\ \n line é 😀`;
const code = (language: string, values = sampleValues(INPUTS)) =>
  snippets("http://127.0.0.1:8484", "agent-id", values).find((one) => one.language === language)?.code ?? "";

describe("what a caller might send", () => {
  it("is the tests' values, and samples for what else is required", () => {
    const values = sampleValues(INPUTS, new Map([["Tone", ["formal"]]]));
    expect([...values]).toEqual([
      ["Product name", ["Terra running shoe", "Terra running shoe 2"]],
      ["Tone", ["formal"]],
    ]);
  });
});

describe("snippets", () => {
  it("name the agent and every value", () => {
    for (const one of snippets("http://h", "agent-id", sampleValues(INPUTS))) {
      expect(one.code).toContain("agent-id");
      expect(one.code).toContain("Terra running shoe 2");
    }
  });

  it("give a shell any text unread", () => {
    expect(execFileSync("sh", ["-c", `printf %s ${shell(HARD)}`], { encoding: "utf8" })).toBe(HARD);
    expect(shell("Tone=dry")).toBe("Tone=dry");
  });

  it("give JavaScript any text unread", () => {
    const told = code("javascript", new Map([["Tone", [HARD]]])).match(/value: (\[.*\]) \}/)?.[1] ?? "";
    expect(JSON.parse(told)).toEqual([HARD]);
    expect(told).toMatch(/^[ -~]*$/);
  });

  it("give curl a body that is JSON", () => {
    const curl = `curl() { while [ $# -gt 0 ]; do if [ "$1" = -d ]; then printf %s "$2" >&2; fi; shift; done; }`;
    const script = `${curl}\n${code("curl", new Map([["Tone", [HARD]]]))}`;
    const told = spawnSync("sh", ["-c", script], { encoding: "utf8" }).stderr;
    expect(JSON.parse(told)).toEqual({ inputs: [{ id: "Tone", value: [HARD] }] });
  });

  it("give the command line one word for each value", () => {
    expect(code("cli")).toContain(`'Tone=it'\\''s dry'`);
  });
});
