import { HEADERS, type Schemas, session } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Source } from "./source";

export type Sent = { share: number; attempt: number };

const ATTEMPTS = 4;
const WAIT_MS = 1_500;
const TOO_BUSY = new Set([0, 408, 429, 502, 503, 504]);

/**
 * Send the rows; answers when every one is stored. A connection that drops is tried again under the same
 * `Idempotency-Key`, so that no row runs twice. `told` hears how far it is.
 */
export async function upload(
  path: string,
  source: Source,
  key: string,
  told: (sent: Sent) => void,
  signal: AbortSignal,
): Promise<Schemas["BatchShape"]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(path, source, key, (share) => told({ share, attempt }), signal);
    } catch (error) {
      const mayPass = error instanceof Problem && TOO_BUSY.has(error.status);
      if (!mayPass || attempt >= ATTEMPTS || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * attempt));
    }
  }
}

/** `fetch` cannot tell how much of a body has gone; XMLHttpRequest can. */
function once(
  path: string,
  source: Source,
  key: string,
  told: (share: number) => void,
  signal: AbortSignal,
): Promise<Schemas["BatchShape"]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", source.type);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = ({ loaded, total }) => told(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(JSON.parse(request.responseText));
      if (request.status === 401) session.ended();
      const headers = { "x-request-id": request.getResponseHeader("x-request-id") ?? "" };
      Problem.of(new Response(request.responseText, { status: request.status, headers })).then(reject, reject);
    };
    request.onerror = () => reject(Problem.unreachable());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(source.content);
  });
}
