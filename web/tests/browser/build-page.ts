import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import tailwindcss from "@tailwindcss/vite"
import react, { reactCompilerPreset } from "@vitejs/plugin-react"
import { build } from "vite"
import { diagramFrame } from "../../build/frame.ts"
import { PLAIN } from "../../build/plain.ts"

const WEB = resolve(import.meta.dirname, "../..")

/** Build a page of the tests as the app is built; returns the folder it lies in, which is the caller's to remove. */
export async function buildPage(root: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "salon-page-"))
  // What is tested and measured is what people get, not the slower code for those who write it.
  const mode = process.env["NODE_ENV"]
  process.env["NODE_ENV"] = "production"
  await build({
    configFile: false,
    root,
    base: "./",
    logLevel: "error",
    resolve: { alias: { "@": join(WEB, "src") } },
    plugins: [
      babel({ presets: [linguiTransformerBabelPreset()] }),
      react(),
      babel({ exclude: [PLAIN], presets: [reactCompilerPreset()] }),
      lingui({ configPath: join(WEB, "lingui.config.ts") }),
      tailwindcss(),
      diagramFrame(),
    ],
    build: { outDir: folder, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2023" },
  })
  process.env["NODE_ENV"] = mode
  return folder
}
