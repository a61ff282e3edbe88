import { afterEach, expect, test } from "vitest";
import { events, follow } from "./events";
import { Problem } from "./problem";

const genuine = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = genuine;
});

/** A server that answers with one of these after the other; what it was asked is in `asked`. */
function server(...answers: (Response | Error)[]) {
  const asked: Headers[] = [];
  globalThis.fetch = async (_path, init) => {
    asked.push(new Headers(init?.headers));
    const next = answers.shift();
    if (next === undefined) throw new Error("asked too often");
    if (next instanceof Error) throw next;
    return next;
  };
  return asked;
}

function stream(...parts: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

test("events arrive whole, however the bytes are cut", async () => {
  server(stream("event: delta\ndata: Hel", "lo\n\n: keep-alive\n\nevent: res", "ult\ndata: {}\n\n"));
  const heard = [];
  for await (const event of events("/v1/x")) heard.push([event.event, event.data]);
  expect(heard).toEqual([
    ["delta", "Hello"],
    ["result", "{}"],
  ]);
});

test("a refusal is thrown with every fault", async () => {
  const body = {
    tpe: "BadRequest",
    message: "two faults",
    errors: [{ description: "a", key: "k", extras: {} }],
    extras: {},
  };
  server(new Response(JSON.stringify(body), { status: 400 }));
  const error = await events("/v1/x")
    .next()
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Problem);
  expect(error.faults).toEqual([{ text: "a", key: "k", extras: {} }]);
});

test("a stream that broke is asked for again, and says so when the server answers", async () => {
  const asked = server(stream("id: 7\ndata: 1\n\n"), new TypeError("gone"), stream("id: 8\ndata: 2\n\n"));
  const first: string[] = [];
  await follow(
    "/v1/x",
    new AbortController().signal,
    (event) => first.push(event.data),
    () => {},
  );
  expect(first).toEqual(["1"]);
  const lost: boolean[] = [];
  const second: string[] = [];
  await follow(
    "/v1/x",
    new AbortController().signal,
    (event) => second.push(event.data),
    (is) => lost.push(is),
  );
  expect(second).toEqual(["2"]);
  expect(lost).toEqual([true, false]);
  expect(asked).toHaveLength(3);
});

/** A stream that tells these parts and then breaks, as under a server that is killed. */
function broken(...parts: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.error(new TypeError("network error"));
      else controller.enqueue(encoder.encode(part));
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

test("a stream goes on after the last event that was heard, and nobody is lost while it says nothing", async () => {
  const asked = server(broken("id: 7\ndata: 1\n\n", "data: 2\n\n"), stream(": keep-alive\n\n"));
  const told: string[] = [];
  const lost: boolean[] = [];
  const last = await follow(
    "/v1/x",
    new AbortController().signal,
    (event) => told.push(event.data),
    (is) => lost.push(is),
  );
  expect(told).toEqual(["1", "2"]);
  expect(lost).toEqual([false, true, false]);
  expect(asked.map((headers) => headers.get("last-event-id"))).toEqual([null, "7"]);
  expect(last).toBe("7");
  const again = server(stream("id: 8\ndata: 3\n\n"));
  expect(
    await follow(
      "/v1/x",
      new AbortController().signal,
      () => {},
      () => {},
      last,
    ),
  ).toBe("8");
  expect(again[0]?.get("last-event-id")).toBe("7");
});

test("what the server refuses for good is not asked again", async () => {
  server(new Response("{}", { status: 404 }));
  await expect(
    follow(
      "/v1/x",
      new AbortController().signal,
      () => {},
      () => {},
    ),
  ).rejects.toBeInstanceOf(Problem);
});
