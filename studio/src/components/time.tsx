import { useSyncExternalStore } from "react";
import { exactTime, relative } from "@/format/times";

const TICK_MS = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Now, told every ten seconds to everybody at once. */
export const useNow = () => useSyncExternalStore(subscribe, () => now);

/** "3 min ago", with the exact time on hover. */
export function Time({ at }: { at: string | null | undefined }) {
  const current = useNow();
  if (!at) return <span className="text-muted">–</span>;
  return (
    <time dateTime={at} title={exactTime(at)} className="whitespace-nowrap">
      {relative(at, Math.max(current, Date.now()))}
    </time>
  );
}
