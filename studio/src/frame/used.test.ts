import { expect, test } from "vitest";
import { noted, read, SHOWN, usedLast } from "./used";

const agent = (id: string, name = id, version: number | null = 1) => ({ id, name, version });

test("the agent used last stands first, once, as it is now", () => {
  const used = noted(noted(noted([], agent("a")), agent("b")), agent("a", "renamed", 2));
  expect(used).toEqual([agent("a", "renamed", 2), agent("b")]);
  const many = Array.from({ length: 20 }, (_, at) => agent(`n${at}`)).reduce(noted, [] as ReturnType<typeof noted>);
  expect(many).toHaveLength(SHOWN);
  expect(many[0]?.id).toBe("n19");
});

test("places that are left go to the newest agents", () => {
  const newest = [agent("new"), agent("a", "as it is called now", 3)];
  expect(usedLast([agent("a", "as it was called"), agent("old")], newest)).toEqual([
    agent("a", "as it is called now", 3),
    agent("old"),
    agent("new"),
  ]);
});

test("what cannot be read is nothing", () => {
  for (const text of [null, "", "{", "{}", "7", '["x", null, {"id": 1}]']) expect(read(text)).toEqual([]);
  expect(read(JSON.stringify([agent("a"), { id: "b" }]))).toEqual([agent("a")]);
});
