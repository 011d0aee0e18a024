import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { Plugin } from "vite"
import { framePackages } from "./frame.ts"

const FILE = "licenses.txt"
/** Up to the folder of the package that owns a file, however deep it was installed. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

/**
 * Writes the licences of everything that the built app holds: what scripts import, and what styles bring.
 *
 * Vite's own list (`build.license`) knows scripts only, and the fonts' licence asks to go with them.
 */
export function licenses(): Plugin {
  return {
    name: "salon-licenses",
    apply: "build",
    generateBundle(_, bundle) {
      // Its base styles become part of ours, which no list of files shows.
      const folders = new Set([resolve(import.meta.dirname, "../node_modules/tailwindcss"), ...framePackages()])
      for (const part of Object.values(bundle)) {
        for (const path of part.type === "chunk" ? part.moduleIds : part.originalFileNames) {
          const isFile = !path.startsWith("\0")
          const folder = PACKAGE.exec(resolve(import.meta.dirname, "..", path))?.[0]
          if (isFile && folder !== undefined) folders.add(folder)
        }
      }
      const texts = new Set([...folders].map(licenseOf).toSorted())
      this.emitFile({ type: "asset", fileName: FILE, source: [...texts].join("\n\n") })
    },
  }
}

function licenseOf(folder: string): string {
  const { name, version, license }: Record<string, unknown> = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  )
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  if (file === undefined) throw new Error(`${folder} has no licence text`)
  return `${name} ${version} (${license ?? "see below"})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`
}
