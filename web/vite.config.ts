import { lingui, linguiTransformerBabelPreset } from "@lingui/vite-plugin"
import babel from "@rolldown/plugin-babel"
import tailwindcss from "@tailwindcss/vite"
import react, { reactCompilerPreset } from "@vitejs/plugin-react"
import { resolve } from "node:path"
import { defineConfig } from "vite"
import { precompress } from "./build/compress.ts"
import { firstScript } from "./build/first-script.ts"
import { diagramFrame } from "./build/frame.ts"
import { icons } from "./build/icons.ts"
import { licenses } from "./build/licenses.ts"
import { PLAIN } from "./build/plain.ts"
import { runtimeWithin } from "./build/runtime.ts"
import { serviceWorker } from "./build/service-worker.ts"
import { type WordFiles, words } from "./build/words.ts"

const wordFiles: WordFiles = new Map()
const server = process.env["SALON_DEV_SERVER"] ?? "http://127.0.0.1:8420"

export default defineConfig({
  // Relative to the document's <base>, so one build serves any base path or asset address.
  base: "./",
  resolve: {
    alias: {
      "@": resolve(import.meta.dirname, "src"),
      // What packages bring for older ones, React has itself.
      "use-sync-external-store/shim": "react",
    },
  },
  plugins: [
    // The message macros must be gone before the React compiler looks at the code.
    babel({ presets: [linguiTransformerBabelPreset()] }),
    react(),
    babel({ exclude: [PLAIN], presets: [reactCompilerPreset()] }),
    lingui({ failOnCompileError: true, failOnMissing: true }),
    tailwindcss(),
    icons(),
    runtimeWithin(),
    words(wordFiles),
    firstScript(wordFiles),
    diagramFrame(),
    licenses(),
    serviceWorker(),
    precompress(),
  ],
  build: {
    outDir: resolve(import.meta.dirname, "../src/salon/surfaces/api/static"),
    emptyOutDir: true,
    // The content policy allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    // What a part needs is named in the part: a list of that for all parts would be in the first load.
    modulePreload: { polyfill: false, resolveDependencies: (_, files) => files.filter((file) => file.endsWith(".css")) },
    target: "es2023",
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    // How long each plugin took is nothing to whoever starts Salon for the first time.
    rolldownOptions: {
      checks: { bundlerTimings: false },
      // What every page needs comes in one piece: fewer requests, and it packs better together.
      output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      // The house takes changes from its own address alone: to it this is the address that is asked.
      "/salon": { target: server, ws: true },
      "/v1": { target: server },
      "/signin": { target: server },
    },
  },
})
