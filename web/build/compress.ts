import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import type { Plugin } from "vite"

const COMPRESSIBLE = /\.(html|js|mjs|css|svg|json|webmanifest|txt)$/
const WORTH_IT_BYTES = 256
/** Foreign scripts by the megabyte: the last few per cent would take longer than the rest of the build. */
const QUALITY_OF_FOREIGN = 9

/** Writes `.br` and `.gz` beside each text file, so the server never compresses while serving. */
export function precompress(): Plugin {
  let outDir = ""
  return {
    name: "salon-precompress",
    apply: "build",
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir)
    },
    closeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
        const path = join(outDir, name)
        if (!COMPRESSIBLE.test(name) || statSync(path).size < WORTH_IT_BYTES) continue
        const bytes = readFileSync(path)
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: name.endsWith(".mjs") ? QUALITY_OF_FOREIGN : constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        }
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
      }
    },
  }
}
