// Before the first paint, so that a dark page never flashes white. A file of its own: the policy forbids inline scripts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("pressrun.theme");
  } catch {
    // storage is switched off: the system's choice it is
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
