import { createHash } from "node:crypto"
import { resolve } from "node:path"
import { createCompiledCatalog, createMissingErrorMessage, getCatalogs } from "@lingui/cli/api"
import { getConfig } from "@lingui/conf"
import { generateMessageId } from "@lingui/message-utils/generateMessageId"
import type { Plugin } from "vite"

const WEB = resolve(import.meta.dirname, "..")
const CATALOGUES = resolve(WEB, "src/i18n/catalogues.ts")
const SOURCES = resolve(WEB, "src")
/** Written below, in the script that stands in the head of the document. */
const LOADER = "export const loadCatalogue = (locale) => globalThis.salonWords(locale)"
/** A part of the app, or a file beside, that is loaded when it is needed. */
const LATER = /\bimport\("(?:@\/|\.\.?\/)[^"]+"\)/g
/** Parts that come by themselves with what they show, not because somebody asks: their words are among the first. */
const NEAR = /conversations\/(?:page\/parts\/|page\/turn\/(?:failure|version-switcher)|list\/folder-tree)/
/** What may be the name of a message in code that was made small. */
const NAME = /["'`]([\w+/-]{6})["'`]/g

/** What is in the box before the app is. */
const LABEL = "Write a message"

/** For each language the file with the words of the first load, as it is named beside all others, and a label. */
export type WordFiles = Map<string, { readonly file: string; readonly label: string }>

/**
 * Cuts each language in two: the words of the first load, and those that only parts have which are loaded later.
 *
 * The first are asked for by the script in the head, so they come beside the app and not after it. Each part that is
 * loaded later waits for the others, which come once, with the first such part.
 */
export function words(files: WordFiles): Plugin {
  return {
    name: "salon-words",
    apply: "build",
    enforce: "pre",
    load(id) {
      return id === CATALOGUES ? LOADER : null
    },
    transform(code, id) {
      if (!id.startsWith(SOURCES) || id.includes("/src/i18n/") || !/\.tsx?$/.test(id) || !LATER.test(code)) return null
      const waiting = code.replace(LATER, (load) => (NEAR.test(load) ? load : `withWords(${load})`))
      return { code: `import { withWords } from "@/i18n/i18n";${waiting}`, map: null }
    },
    generateBundle: {
      order: "pre",
      async handler(_, bundle) {
        const used = new Set<string>()
        for (const part of Object.values(bundle)) {
          if (part.type === "chunk" && (part.isEntry || NEAR.test(part.facadeModuleId ?? ""))) for (const [, name = ""] of part.code.matchAll(NAME)) used.add(name)
        }
        const emit = (name: string, source: string): string => {
          const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8)
          const fileName = `${name}-${hash}.js`
          this.emitFile({ type: "asset", fileName: `assets/${fileName}`, source })
          return fileName
        }
        for await (const [locale, messages] of languages()) {
          const [first, later] = [true, false].map((isFirst) =>
            compiled(locale, Object.fromEntries(Object.entries(messages).filter(([name]) => used.has(name) === isFirst))),
          )
          const rest = emit(`words-rest-${locale}`, later ?? "")
          const file = emit(`words-${locale}`, `${first}\nexport const rest=()=>import("./${rest}")`)
          files.set(locale, { file, label: messages[generateMessageId(LABEL)] ?? LABEL })
        }
      },
    },
  }
}

async function* languages(): AsyncGenerator<[locale: string, messages: Record<string, string>]> {
  const config = getConfig({ cwd: WEB })
  const [catalogue] = await getCatalogs(config)
  if (!catalogue) throw new Error("lingui.config.ts names no catalogue")
  for (const locale of config.locales) {
    const { messages, missing } = await catalogue.getTranslations(locale, { fallbackLocales: config.fallbackLocales, sourceLocale: "en" })
    if (missing.length > 0 && locale !== "en") throw new Error(createMissingErrorMessage(locale, missing, "resolved"))
    yield [locale, messages]
  }
}

function compiled(locale: string, messages: Record<string, string>): string {
  const { source, errors } = createCompiledCatalog(locale, messages, { namespace: "es" })
  if (errors.length > 0) throw new Error(`${locale}: ${errors.map((error) => String(error)).join(", ")}`)
  return source
}
