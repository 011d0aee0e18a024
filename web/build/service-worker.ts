import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { Plugin } from "vite"

const SOURCE = resolve(import.meta.dirname, "../src/app/service-worker.js")
const LISTS = "const FILES = []"
const NAME = '"salon-shell"'
/** What is shown for the first time when there is no network to load it by. */
const AWAY = /\b(pending-page|toast-view)-/
/** Of the fonts, the scripts that most of our languages are written in. */
const FONT = /latin-wght-normal.*\.woff2$|InterVariable.*\.woff2$/i

/**
 * Writes the service worker: it keeps the document and what the first load needs, under a name that changes with them.
 */
export function serviceWorker(): Plugin {
  return {
    name: "salon-service-worker",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const names = new Set<string>()
        for (const [name, part] of Object.entries(bundle)) {
          if (part.type === "chunk" && AWAY.test(name)) for (const one of [name, ...part.imports]) names.add(one)
          if (part.type === "chunk" ? part.isEntry : /\.css$|first-|words-|icon-/.test(name) || FONT.test(name)) names.add(name)
        }
        const files = ["./", ...[...names].toSorted()]
        const source = readFileSync(SOURCE, "utf8")
        const hash = createHash("sha256").update(source).update(files.join("\n")).digest("base64url").slice(0, 8)
        if (!source.includes(LISTS) || !source.includes(NAME)) throw new Error("the service worker has no list to fill")
        this.emitFile({
          type: "asset",
          fileName: "sw.js",
          source: source.replace(LISTS, `const FILES = ${JSON.stringify(files)}`).replace(NAME, `"salon-shell-${hash}"`),
        })
      },
    },
  }
}
