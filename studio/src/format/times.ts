/** Milliseconds as a person says them: "940 ms", "1.4 s", "2 min 5 s", "3 h 12 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 >= 1 ? `${minutes} min ${Math.floor(s % 60)} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long ago, or in how long, seen from `now`. */
export function relative(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Math.abs(ms) < 5_000) return "just now";
  const away = coarse(Math.abs(ms));
  return ms >= 0 ? `${away} ago` : `in ${away}`;
}

function coarse(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.round(s / 60)} min`;
  if (s < 86_400) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} d`;
}

const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const clockTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** "26 Nov 2026, 14:05:12", in the browser's zone. */
export const exactTime = (at: string): string => full.format(new Date(at));

const clockSeconds = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** "14:05:12". */
export const exactClock = (at: string | number | Date): string => clockSeconds.format(new Date(at));

/** "14:05". */
export const clock = (at: string | number | Date): string => clockTime.format(new Date(at));
