import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const NAME = "pressrun.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    const value = localStorage.getItem(NAME);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

function apply() {
  const theme = stored();
  document.documentElement.dataset.theme =
    theme === "dark" || (theme === "system" && system.matches) ? "dark" : "light";
  for (const one of listeners) one();
}
system.addEventListener("change", apply);

export function setTheme(theme: Theme) {
  try {
    localStorage.setItem(NAME, theme);
  } catch {
    // storage is switched off: the choice lasts as long as the page
  }
  apply();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The person's choice; the system's unless they made one. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, stored);

/** What is shown now, for what draws on a canvas. */
export const useDark = (): boolean =>
  useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme === "dark");
