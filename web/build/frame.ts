import { readdirSync, readFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import type { Plugin } from "vite"

const MERMAID = resolve(import.meta.dirname, "../node_modules/mermaid/dist")
const SCRIPT = resolve(import.meta.dirname, "../src/markdown/diagrams/frame.js")
const CHUNKS = "chunks/mermaid.esm.min"
/** A layout that diagrams may ask for: larger than all the rest, and under a licence of its own. */
const LEFT_OUT = /^elk-/

const DOCUMENT =
  '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Diagram</title>\n' +
  "<style>body{margin:0}svg{display:block;margin:auto;max-width:100%;height:auto}</style>\n" +
  '<div id="diagram"></div>\n<script type="module" src="./frame.js"></script>\n</html>\n'

/**
 * Puts the document that draws diagrams, and what it needs, into the folder `frame`.
 *
 * It is no part of the app: the server sends it with a policy of its own, and it runs in a frame that can reach
 * neither the page nor its cookies. The scripts are as their makers built them, in pieces that load when needed.
 */
export function diagramFrame(): Plugin {
  return {
    name: "salon-diagram-frame",
    apply: "build",
    generateBundle() {
      for (const [fileName, source] of files()) this.emitFile({ type: "asset", fileName: `frame/${fileName}`, source })
    },
  }
}

function* files(): Generator<[string, string]> {
  yield ["diagram.html", DOCUMENT]
  yield ["frame.js", readFileSync(SCRIPT, "utf8")]
  yield ["mermaid.esm.min.mjs", readScript(join(MERMAID, "mermaid.esm.min.mjs"))]
  for (const name of readdirSync(join(MERMAID, CHUNKS))) {
    if (name.endsWith(".mjs") && !LEFT_OUT.test(name)) yield [`${CHUNKS}/${basename(name)}`, readScript(join(MERMAID, CHUNKS, name))]
  }
}

/** A script without the map it names and without the folders of the machine that built it, which are names of modules in it. */
function readScript(path: string): string {
  return readFileSync(path, "utf8")
    .replace(/^\/\/# sourceMappingURL=.*$/m, "")
    .replace(/(?:\.\.\/)*node_modules\/(?:\.pnpm\/[^/"]+\/node_modules\/)?/g, "")
}

/** The folders of what is in those scripts. */
export function framePackages(): Set<string> {
  const modules = resolve(import.meta.dirname, "../node_modules")
  const found = new Set<string>()
  const add = (name: string): void => {
    const folder = join(modules, name)
    if (found.has(folder) || name === "elkjs") return
    const { dependencies }: { dependencies?: Record<string, string> } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    found.add(folder)
    for (const one of Object.keys(dependencies ?? {})) add(one)
  }
  add("mermaid")
  return found
}
