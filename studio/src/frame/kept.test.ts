import { expect, test } from "vitest";
import { forgetAll, keepFor } from "./kept";

const methods = {
  getItem(this: Record<string, string>, name: string) {
    return this[name] ?? null;
  },
  setItem(this: Record<string, string>, name: string, value: string) {
    this[name] = value;
  },
  removeItem(this: Record<string, string>, name: string) {
    delete this[name];
  },
};
const shelf = (kept: Record<string, string>): Storage => Object.assign(Object.create(methods), kept);
const all = {
  "pressrun.theme": "dark",
  "pressrun.tests.a": "[]",
  "pressrun.used.p": "[]",
  "pressrun.person": "p",
  other: "1",
};

test("nothing of a person stays, and nothing else goes", () => {
  const kept = shelf(all);
  forgetAll(kept);
  expect(Object.keys(kept).sort()).toEqual(["other", "pressrun.theme"]);
});

test("what is kept is kept for one person", () => {
  const kept = shelf(all);
  keepFor("p", kept);
  expect(kept.getItem("pressrun.tests.a")).toBe("[]");
  keepFor("q", kept);
  expect(Object.keys(kept).sort()).toEqual(["other", "pressrun.person", "pressrun.theme"]);
  expect(kept.getItem("pressrun.person")).toBe("q");
});
