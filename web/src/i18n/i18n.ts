import { i18n } from "@lingui/core"
import { chooseLocale, directionOf, type Locale, preferences, setPreferences } from "@/lib/preferences"

const CATALOGUES = {
  en: () => import("../locales/en.po"),
  de: () => import("../locales/de.po"),
  fr: () => import("../locales/fr.po"),
  ar: () => import("../locales/ar.po"),
} as const

/** The names of the languages in themselves: they are not translated. */
export const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  ar: "العربية",
}

/** Load a language and put it and its direction on the document. */
export async function activateLocale(locale: Locale): Promise<void> {
  const { messages } = await CATALOGUES[locale]()
  i18n.loadAndActivate({ locale, messages })
  document.documentElement.lang = locale
  document.documentElement.dir = directionOf(locale)
}

export async function startLocale(): Promise<void> {
  await activateLocale(chooseLocale(preferences().locale, navigator.languages))
}

/** Change the language and keep the choice. */
export async function changeLocale(locale: Locale): Promise<void> {
  await activateLocale(locale)
  setPreferences({ locale })
}
