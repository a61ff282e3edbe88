import { createParser, type EventSourceMessage } from "eventsource-parser";
import { HEADERS } from "./client";
import { Problem } from "./problem";

/** Server-sent events of one answer, as they arrive; throws a Problem when the server refuses or is gone. */
export async function* events(path: string, init: RequestInit = {}): AsyncGenerator<EventSourceMessage> {
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
const LONGEST_RETRY_MS = 15_000;

/**
 * Follow a stream that ends when its subject ends, through restarts of the server: `Last-Event-ID` resumes it.
 * `told` hears every event; `lost` hears true while nobody answers.
 */
export async function follow(
  path: string,
  signal: AbortSignal,
  told: (event: EventSourceMessage) => void,
  lost: (isLost: boolean) => void,
): Promise<void> {
  let last: string | undefined;
  let wait = RETRY_MS;
  while (!signal.aborted) {
    try {
      for await (const event of events(path, { signal, headers: last ? { "Last-Event-ID": last } : {} })) {
        last = event.id ?? last;
        wait = RETRY_MS;
        lost(false);
        told(event);
      }
      return;
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      lost(true);
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
  }
}
