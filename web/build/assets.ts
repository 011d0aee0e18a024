import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { Plugin } from "vite"

/**
 * Puts the theme script first in the head, behind the base, as a small blocking file of its own with a hashed name.
 *
 * It must run before the first paint, so it cannot be a module; it must be a file, because the
 * content policy allows no inline script.
 */
export function themeScript(): Plugin {
  const source = resolve(import.meta.dirname, "../src/styles/theme.js")
  let fileName = ""
  let isBuild = false
  return {
    name: "salon-theme-script",
    configResolved(config) {
      isBuild = config.command === "build"
    },
    buildStart() {
      if (!isBuild) return
      const text = readFileSync(source, "utf8").replace(/^\s*\/\/.*$/gm, "")
      const hash = createHash("sha256").update(text).digest("base64url").slice(0, 8)
      fileName = `assets/theme-${hash}.js`
      this.emitFile({ type: "asset", fileName, source: text })
    },
    transformIndexHtml: {
      order: "post",
      // The base comes before everything that names a file: an address above it is read without it.
      handler: () => [
        { tag: "meta", attrs: { charset: "utf-8" }, injectTo: "head-prepend" },
        { tag: "base", attrs: { href: "/" }, injectTo: "head-prepend" },
        {
          tag: "script",
          attrs: { src: isBuild ? `./${fileName}` : "/src/styles/theme.js" },
          injectTo: "head-prepend",
        },
      ],
    },
  }
}
