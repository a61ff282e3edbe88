import { expect, test } from "vitest";
import { AT_ONCE, Uploads } from "./uploads";

const turn = () => new Promise((resolve) => setTimeout(resolve));

/** A server whose answers a test gives by hand. */
function slow() {
  const asked: { name: string; ok: (id: string) => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const arrived: string[] = [];
  const uploads = new Uploads<{ name: string; size: number }, string>(
    (file, _told, signal) =>
      new Promise((ok, fail) => {
        signal.addEventListener("abort", () => fail(new Error("stopped")));
        asked.push({ name: file.name, ok, fail, signal });
      }),
    () => {},
    (stored) => arrived.push(stored),
  );
  const states = () => uploads.list.map((one) => one.state);
  return { asked, arrived, uploads, states };
}

const files = (...names: string[]) => names.map((name) => ({ name, size: 1 }));

test("a few are sent at a time, the others wait for their turn", async () => {
  const { asked, arrived, uploads, states } = slow();
  uploads.add(files("a", "b", "c", "d"));
  expect(states()).toEqual([...Array(AT_ONCE).fill("sending"), "waiting"]);
  asked[1]?.ok("id of b");
  await turn();
  expect(asked.map((one) => one.name)).toEqual(["a", "b", "c", "d"]);
  expect(states()).toEqual(["sending", "done", "sending", "sending"]);
  expect(arrived).toEqual(["id of b"]);
  expect(uploads.isBusy).toBe(true);
});

test("what failed is kept with its reason and can be sent again; the others are not held up", async () => {
  const { asked, arrived, uploads, states } = slow();
  uploads.add(files("a", "b"));
  asked[0]?.fail(new Error("too large"));
  asked[1]?.ok("b");
  await turn();
  expect(states()).toEqual(["failed", "done"]);
  expect(uploads.list[0]?.error).toEqual(new Error("too large"));
  uploads.clear();
  expect(states()).toEqual(["failed"]);
  uploads.again(uploads.list[0]?.key ?? 0);
  asked[2]?.ok("a");
  await turn();
  expect([states(), arrived]).toEqual([["done"], ["b", "a"]]);
  expect(uploads.isBusy).toBe(false);
});

test("what is taken away while it is sent is broken off, and the next goes", async () => {
  const { asked, arrived, uploads, states } = slow();
  uploads.add(files("a", "b", "c", "d"));
  uploads.remove(uploads.list[0]?.key ?? 0);
  await turn();
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(states()).toEqual(["sending", "sending", "sending"]);
  expect(arrived).toEqual([]);
  uploads.stop();
  expect(asked.every((one) => one.signal.aborted)).toBe(true);
});
