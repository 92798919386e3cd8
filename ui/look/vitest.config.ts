/** Looks at the screens in a real Chromium, built on the invented hosts: `npm run look`. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: { environment: "node", include: ["look/*.test.ts"], fileParallelism: false, maxConcurrency: 3, testTimeout: 120_000, hookTimeout: 60_000 },
});
