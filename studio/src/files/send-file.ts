import { HEADERS, session } from "@/api/client";
import { Problem } from "@/api/problem";
import { disposition } from "./names";
import type { StoredFile } from "./remote";

/**
 * Send a file; `told` hears which share of it has gone. The type is found out by the server, from name and content: a
 * session's cookie does not go together with types that a form could send.
 */
export function sendFile(
  file: File,
  told: (share: number) => void,
  signal: AbortSignal,
  graph?: string,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // `fetch` cannot tell how much of a body has gone
    request.open("POST", `/v1/files${graph ? `?graphId=${encodeURIComponent(graph)}` : ""}`);
    for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Content-Disposition", disposition(file.name));
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
    request.send(file);
  });
}
