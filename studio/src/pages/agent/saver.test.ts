import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import type { Definition } from "./definition";
import { Saver } from "./saver";

const named = (name: string): Definition => ({ name, prompts: [{ name: "p", prompt: "x" }] });

/** A server that keeps a draft, and timers that go off when the test says so. */
function setting() {
  const server = { digest: "d0", draft: named("A"), puts: [] as [string, string | null][], refusal: null as unknown };
  const timers = new Set<() => void>();
  const held: (() => void)[] = [];
  const put = async (definition: Definition, digest: string | null) => {
    server.puts.push([definition.name, digest]);
    if (held.length > 0) await new Promise<void>((resolve) => held.push(resolve));
    if (server.refusal) throw server.refusal;
    if (digest !== null && digest !== server.digest)
      throw new Problem(409, "changed", [
        { text: "changed", key: "", extras: { draft_digest: server.digest, saved_by: "Ada" } },
      ]);
    server.digest = `d${server.puts.length}`;
    return { digest: server.digest };
  };
  const wait = (work: () => void) => {
    timers.add(work);
    return () => timers.delete(work);
  };
  const saver = new Saver(put, named("A"), named("A"), "d0", wait, () => 7);
  const quiet = () => {
    for (const work of [...timers]) {
      timers.delete(work);
      work();
    }
    return saver.flush();
  };
  return {
    saver,
    server,
    timers,
    quiet,
    hold: () => held.push(() => {}),
    release: () => {
      for (const one of held.splice(0)) one();
    },
  };
}

describe("saving", () => {
  it("waits until typing pauses, and saves the last state once", async () => {
    const { saver, server, timers, quiet } = setting();
    saver.change(named("B"), true);
    saver.change(named("C"), true);
    expect([timers.size, saver.state.state]).toEqual([1, "changed"]);
    await quiet();
    expect(server.puts).toEqual([["C", "d0"]]);
    expect(saver.state).toEqual({ state: "saved", at: 7 });
  });

  it("saves what was changed while it saved", async () => {
    const { saver, server, hold, release } = setting();
    hold();
    saver.change(named("B"), true);
    const done = saver.flush();
    saver.change(named("C"), true);
    release();
    await done;
    expect(server.puts).toEqual([
      ["B", "d0"],
      ["C", "d1"],
    ]);
    expect(saver.dirty).toBe(false);
  });

  it("keeps a faulty draft here, and says that it is not saved", async () => {
    const { saver, server, quiet } = setting();
    saver.change(named(""), false);
    expect(await quiet()).toBe(false);
    expect([server.puts.length, saver.state.state]).toEqual([0, "faulty"]);
    saver.change(named("A"), true);
    expect(saver.state.state).toBe("saved");
  });

  it("never overwrites what somebody else saved, unless told to", async () => {
    const { saver, server, quiet } = setting();
    server.digest = "theirs";
    saver.change(named("B"), true);
    expect(await quiet()).toBe(false);
    expect(saver.state).toEqual({ state: "conflict", digest: "theirs", by: "Ada", at: null });
    saver.change(named("C"), true);
    expect(await quiet()).toBe(false);
    await saver.overwrite();
    expect(server.puts.at(-1)).toEqual(["C", null]);
    expect(saver.dirty).toBe(false);
  });

  it("takes over theirs", async () => {
    const { saver, server, quiet } = setting();
    server.digest = "theirs";
    saver.change(named("B"), true);
    await quiet();
    saver.took(named("Theirs"), "theirs");
    expect([saver.dirty, saver.state.state]).toEqual([false, "saved"]);
  });

  it("tries again when the server is away, not when it refuses", async () => {
    const { saver, server, timers, quiet } = setting();
    server.refusal = Problem.unreachable();
    saver.change(named("B"), true);
    await saver.flush();
    expect([saver.state.state, timers.size]).toEqual(["failed", 1]);
    server.refusal = null;
    expect(await quiet()).toBe(true);
    server.refusal = new Problem(400, "no");
    saver.change(named("C"), true);
    await saver.flush();
    expect([saver.state.state, timers.size]).toEqual(["failed", 0]);
  });
});
