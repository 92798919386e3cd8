import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import { defineConfig } from "vitest/config";
import { guide } from "./guide/plugin.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: [vue(), guide(here("../docs/user-guide"), mode === "fake"), Components({ resolvers: [ElementPlusResolver({ importStyle: "css" })], dirs: [], dts: "src/components.d.ts" })],
  resolve: { alias: { "@": here("./src") } },
  clearScreen: false,
  server: { port: 1420, strictPort: true, fs: { allow: [here("..")] } },
  build: {
    target: ["chrome105", "safari16.4"],
    // The screens on an invented host are for looking at and never lie where the programs take theirs from.
    outDir: mode === "fake" ? "dist-fake" : "dist",
    rolldownOptions: { input: { index: here("./index.html"), console: here("./console.html") } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "guide/**/*.test.ts"],
    // A busy machine is no fault of a screen.
    testTimeout: 60_000,
    // Element Plus is read once for all files instead of for each: half the time. What a test leaves behind is its own to clear away.
    isolate: false,
    server: { deps: { inline: ["element-plus"] } },
  },
}));
