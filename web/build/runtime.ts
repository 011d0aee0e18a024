import type { Plugin } from "vite"

const NAME = "rolldown-runtime"
const IMPORT = /import\{([^}]*)\}from"\.\/rolldown-runtime-[\w-]+\.js";?/
const EXPORT = /export\{([^}]*)\};?\s*$/

/**
 * Puts the few helpers of the bundler into the first script as well: as a file of their own they cost a request.
 *
 * The file stays for the parts that are loaded later; the helpers keep nothing, so there may be two of each.
 */
export function runtimeWithin(): Plugin {
  return {
    name: "salon-runtime-within",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === "chunk")
      const runtime = chunks.find(({ name }) => name === NAME)
      const entry = chunks.find(({ isEntry }) => isEntry)
      if (runtime === undefined || entry === undefined || !IMPORT.test(entry.code)) return
      const given = EXPORT.exec(runtime.code)?.[1]
      if (given === undefined) throw new Error("the bundler's helpers are not as they were")
      const helpers = `(()=>{${runtime.code.replace(EXPORT, "")};return{${pairs(given, (inner, outer) => `${outer}:${inner}`)}}})()`
      entry.code = entry.code.replace(IMPORT, (_whole, taken: string) => `var{${pairs(taken, (outer, inner) => `${outer}:${inner}`)}}=${helpers};`)
    },
  }
}

/** The names of an import or export, each as what it is on the one side and on the other. */
function pairs(list: string, write: (one: string, other: string) => string): string {
  return list.split(",").map((pair) => {
    const [one = "", other = one] = pair.trim().split(" as ")
    return write(one, other)
  }).join(",")
}
