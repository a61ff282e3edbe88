import { createParser, type EventSourceMessage } from "eventsource-parser";
import { HEADERS } from "./client";
import { Problem } from "./problem";

/**
 * Server-sent events of one answer, as they arrive; throws a Problem when the server refuses or is gone.
 * `opened` is called when the server answers, which may be long before it has something to tell.
 */
export async function* events(
  path: string,
  init: RequestInit = {},
  opened: () => void = () => {},
): AsyncGenerator<EventSourceMessage> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: "same-origin",
      headers: { Accept: "text/event-stream", ...HEADERS, ...init.headers },
    });
  } catch (error) {
    if (init.signal?.aborted) return;
    throw error instanceof TypeError ? Problem.unreachable() : error;
  }
  if (!response.ok || !response.body) throw await Problem.of(response);
  opened();
  const waiting: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => waiting.push(event) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(value);
      yield* waiting.splice(0);
    }
  } catch (error) {
    if (init.signal?.aborted) return;
    throw error instanceof TypeError ? Problem.unreachable() : error;
  } finally {
    reader.cancel().catch(() => {});
  }
}

const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 5_000;

/**
 * Follow a stream whose first event is the whole state, through restarts of the server. `told` hears every event; `lost`
 * hears true while nobody answers, and false as soon as the server does: a stream that goes on after the event `seen`
 * (`Last-Event-ID`) says nothing until something moves. Answers the id of the last event.
 */
export async function follow(
  path: string,
  signal: AbortSignal,
  told: (event: EventSourceMessage) => void,
  lost: (isLost: boolean) => void,
  seen = "",
): Promise<string> {
  let last = seen;
  let wait = RETRY_MS;
  while (!signal.aborted) {
    try {
      const opened = () => {
        wait = RETRY_MS;
        lost(false);
      };
      const headers: Record<string, string> = last ? { "Last-Event-ID": last } : {};
      for await (const event of events(path, { signal, headers }, opened)) {
        if (event.id) last = event.id;
        told(event);
      }
      return last;
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      lost(true);
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
  }
  return last;
}
