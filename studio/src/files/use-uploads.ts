import { useEffect, useRef, useState } from "react";
import { filesChanged, type StoredFile } from "./remote";
import { sendFile } from "./send-file";
import { type Upload, Uploads } from "./uploads";

/** Files that are dropped or chosen, sent to the server, into a graph if one is named; leaving the page asks first. */
export function useUploads({ graph, arrived }: { graph?: string; arrived?: (stored: StoredFile) => void } = {}) {
  const [list, setList] = useState<readonly Upload<File, StoredFile>[]>([]);
  const heard = useRef(arrived);
  heard.current = arrived;
  const queue = useRef<Uploads<File, StoredFile>>(null);
  queue.current ??= new Uploads(
    (file, told, signal) => sendFile(file, told, signal, graph),
    setList,
    (stored) => {
      filesChanged();
      heard.current?.(stored);
    },
  );
  const uploads = queue.current;
  const isBusy = list.some((one) => one.state === "waiting" || one.state === "sending");
  useEffect(() => {
    if (!isBusy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isBusy]);
  return { list, isBusy, uploads };
}
