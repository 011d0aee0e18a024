import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import { resolve } from "node:path"
import { defineConfig } from "vitest/config"

/** The real servers are started by tests/web/test_*.py, which name their addresses: the folder of tests for each. */
const REAL: Readonly<Record<string, string>> = {
  SALON_TEST_SERVER: "real",
  SALON_LIVE_HOUSE: "live",
  SALON_COMPOSER_HOUSE: "composer",
  SALON_TALK_HOUSE: "talk",
  SALON_BRANCHES_HOUSE: "branches",
  SALON_HOSTILE_HOUSE: "hostile",
}
const folder = Object.entries(REAL).find(([name]) => process.env[name])?.[1]
const played = process.env["SALON_PAGE_TESTS"]
const include = played ? [`tests/house/${played}.test.ts`] : folder === undefined ? ["src/**/*.test.ts", "tests/browser/*.test.ts"] : [`tests/${folder}/*.test.ts`]

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
