import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "./button";

type Toast = { id: number; text: string; bad: boolean };

const SHOWN_MS = 6_000;
let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(changed: readonly Toast[]) {
  toasts = changed;
  for (const one of listeners) one();
}

/** Say what happened, for a few seconds; what failed stays until it is closed. */
export function toast(text: string, { bad = false }: { bad?: boolean } = {}) {
  const id = next++;
  change([...toasts.slice(-3), { id, text, bad }]);
  if (!bad) setTimeout(() => close(id), SHOWN_MS);
}

const close = (id: number) => change(toasts.filter((one) => one.id !== id));

/** Where toasts appear; once in the frame. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-60 flex w-80 max-w-[calc(100vw-2rem)] flex-col gap-2"
    >
      {shown.map((one) => (
        <div
          key={one.id}
          className={`pointer-events-auto flex animate-appear items-start gap-2 rounded-lg border border-line bg-surface py-2 pr-1 pl-3 text-sm shadow-float ${one.bad ? "text-bad" : ""}`}
        >
          <span className="min-w-0 flex-1 py-0.5 break-words">{one.text}</span>
          <IconButton label="Close" size="small" onClick={() => close(one.id)}>
            <X />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
