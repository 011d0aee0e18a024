import type { Messages } from "@lingui/core"
import type { Locale } from "@/lib/preferences"

/** The words of a language, loaded when they are asked for: those of the first load, and the rest. */
export interface Catalogue {
  readonly messages: Messages
  /** What only parts need that are loaded later. */
  readonly rest?: () => Promise<{ readonly messages: Messages }>
}

const CATALOGUES: Readonly<Record<Locale, () => Promise<Catalogue>>> = {
  en: () => import("../locales/en.po"),
  de: () => import("../locales/de.po"),
  fr: () => import("../locales/fr.po"),
  ar: () => import("../locales/ar.po"),
}

/** Load the words of a language. The built app has this from the script that comes before it (`build/words.ts`). */
export function loadCatalogue(locale: Locale): Promise<Catalogue> {
  return CATALOGUES[locale]()
}
