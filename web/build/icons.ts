import { resolve } from "node:path"
import type { Plugin } from "vite"

const ICON = /\/lucide-react\/dist\/esm\/icons\/[\w-]+\.mjs$/
const OWN = resolve(import.meta.dirname, "../src/components/ui/icon.ts")

/**
 * Takes of the package of icons what they are drawn of, and draws them with a function of our own.
 *
 * Its own takes twelve settings that are used nowhere here, and a name and random keys for each icon: two thirds of
 * what icons take in the first load.
 */
export function icons(): Plugin {
  return {
    name: "salon-icons",
    apply: "build",
    transform(code, id) {
      if (!ICON.test(id)) return null
      const drawn = /node: (\[[\s\S]*?\])\n\};/.exec(code)?.[1]
      if (drawn === undefined) return null
      const node = drawn.replace(/,? key: "\w+"/g, "")
      return { code: `import icon from ${JSON.stringify(OWN)};export default icon({ node: ${node} })`, map: null }
    },
  }
}
