import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { Plugin } from "vite"
import type { WordFiles } from "./words.ts"

const FOLDER = resolve(import.meta.dirname, "../src/first")
const PARTS = ["theme.js", "words.js", "early-box.js"] as const
const FILES = "var files = {}"

/**
 * Puts what must run before the first paint first in the head, behind the base, as one small blocking file: the theme,
 * the loading of the language beside that of the app, and the box that takes typing before the app is alive.
 *
 * It cannot be a module, which would wait for the document; and it must be a file of its own, because the content
 * policy allows no inline script.
 */
export function firstScript(words: WordFiles): Plugin {
  let fileName = ""
  let isBuild = false
  return {
    name: "salon-first-script",
    configResolved(config) {
      isBuild = config.command === "build"
    },
    generateBundle: {
      order: "pre",
      handler() {
        const text = PARTS.map((name) => readFileSync(resolve(FOLDER, name), "utf8"))
          .join("\n")
          .replace(/^\s*\/\/.*\n/gm, "")
        if (!text.includes(FILES)) throw new Error("the first script has no list of words to fill")
        const source = text.replace(FILES, `var files = ${JSON.stringify(Object.fromEntries(words))}`)
        const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8)
        fileName = `assets/first-${hash}.js`
        this.emitFile({ type: "asset", fileName, source })
      },
    },
    transformIndexHtml: {
      order: "post",
      // The base comes before everything that names a file: an address above it is read without it.
      handler: () => [
        { tag: "meta", attrs: { charset: "utf-8" }, injectTo: "head-prepend" },
        { tag: "base", attrs: { href: "/" }, injectTo: "head-prepend" },
        ...(isBuild ? [`./${fileName}`] : PARTS.map((name) => `/src/first/${name}`)).map((src) => ({
          tag: "script",
          attrs: { src },
          injectTo: "head-prepend" as const,
        })),
      ],
    },
  }
}
