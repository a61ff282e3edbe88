import { HEADERS } from "@/api/client";
import { Problem } from "@/api/problem";
import { toast } from "@/components/toast";

/**
 * Save a file of the API: a link is followed, so the browser writes it to the disk as it comes, however long it is.
 * A link that is refused says nothing to anybody, so the server is asked first, and its answer is let go of.
 */
export async function download(path: string): Promise<void> {
  const asking = new AbortController();
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", headers: HEADERS, signal: asking.signal });
  } catch {
    throw Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  asking.abort();
  follow(path, "");
}

/** Download, with a word when it fails. */
export async function downloadAloud(path: string): Promise<void> {
  try {
    await download(path);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { bad: true });
  }
}

/** Hand a file that was made here to the browser. */
export function save(content: Blob, name: string) {
  const url = URL.createObjectURL(content);
  follow(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Nothing is left: `download` keeps the page where it is; without a name the server's counts. */
function follow(url: string, name: string) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
