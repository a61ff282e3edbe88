import { HEADERS } from "@/api/client";
import { Problem } from "@/api/problem";
import { toast } from "@/components/toast";

const LETTERS = /filename="([^"]+)"/;

/** Save a file of the API: the session's cookie counts only with its header, which a plain link cannot send. */
export async function download(path: string, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", headers: HEADERS });
  } catch {
    throw Problem.unreachable();
  }
  if (!response.ok) throw await Problem.of(response);
  const told = LETTERS.exec(response.headers.get("content-disposition") ?? "")?.[1];
  save(await response.blob(), told ?? name);
}

/** Download, with a word when it takes its time or fails. */
export async function downloadAloud(path: string, name: string): Promise<void> {
  const slow = setTimeout(() => toast("The file is being written. It is saved when it is whole."), 1_500);
  try {
    await download(path, name);
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { bad: true });
  } finally {
    clearTimeout(slow);
  }
}

/** Hand a file that was made here to the browser. */
export function save(content: Blob, name: string) {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
