import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import { resolve } from "node:path"
import { defineConfig } from "vitest/config"

/** Tests in front of a real house: `tests/web/driving.py` starts them, and names a folder of `tests` or a file in one. */
const played = process.env["SALON_PAGE_TESTS"]
const include = played ? [`tests/${played}/*.test.ts`, `tests/${played}.test.ts`] : ["src/**/*.test.ts", "tests/browser/*.test.ts"]
/** A machine that does much else is slow; what never comes is a failure all the same. */
const isSlow = Boolean(played)

export default defineConfig({
  resolve: { alias: { "@": resolve(import.meta.dirname, "src") } },
  plugins: [babel({ presets: [linguiTransformerBabelPreset()] }), lingui()],
  test: {
    include,
    environment: "node",
    testTimeout: isSlow ? 180_000 : 60_000,
    expect: { poll: { timeout: isSlow ? 45_000 : 15_000 } },
    hookTimeout: 120_000,
    // Of the browser's files two, whatever the machine: a page waits as often as it works. What is played in front of a
    // house has it for itself, and beside others `pytest` decides.
    fileParallelism: !played,
    maxWorkers: 2,
  },
})
