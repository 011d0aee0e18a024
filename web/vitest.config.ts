import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import { resolve } from "node:path"
import { defineConfig } from "vitest/config"

// The real servers are started by tests/web/test_*.py, which name their addresses.
const include = process.env["SALON_TEST_SERVER"]
  ? ["tests/real/*.test.ts"]
  : process.env["SALON_LIVE_HOUSE"]
    ? ["tests/live/*.test.ts"]
    : process.env["SALON_COMPOSER_HOUSE"]
      ? ["tests/composer/*.test.ts"]
      : process.env["SALON_TALK_HOUSE"]
        ? ["tests/talk/*.test.ts"]
        : process.env["SALON_BRANCHES_HOUSE"]
          ? ["tests/branches/*.test.ts"]
          : ["src/**/*.test.ts", "tests/browser/*.test.ts"]

export default defineConfig({
  resolve: { alias: { "@": resolve(import.meta.dirname, "src") } },
  plugins: [babel({ presets: [linguiTransformerBabelPreset()] }), lingui()],
  test: {
    include,
    environment: "node",
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
