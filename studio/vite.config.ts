import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.PRESSRUN_URL ?? "http://127.0.0.1:8484";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: {
      "@": here("./src"),
      // Both write <style> elements, which the page's Content-Security-Policy forbids.
      "react-style-singleton": here("./src/frame/style-singleton.ts"),
      "style-mod": here("./src/frame/style-mod.ts"),
    },
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // everything is a file of its own: the policy allows no data: scripts and few other data:
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // The gallery embeds ../examples.
  server: { fs: { allow: [".."] }, proxy: { "/v1": { target: server, changeOrigin: true } } },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
