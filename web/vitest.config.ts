import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import { resolve } from "node:path"
import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { alias: { "@": resolve(import.meta.dirname, "src") } },
  plugins: [babel({ presets: [linguiTransformerBabelPreset()] }), lingui()],
  test: {
    // The real server is started by tests/web/test_page.py, which names its address.
    include: process.env["SALON_TEST_SERVER"]
      ? ["tests/real/*.test.ts"]
      : ["src/**/*.test.ts", "tests/browser/*.test.ts"],
    environment: "node",
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
