import { i18n } from "@lingui/core"
import { type Catalogue, loadCatalogue } from "@/i18n/catalogues"
import { chooseLocale, directionOf, type Locale, preferences, setPreferences } from "@/lib/preferences"

/** The names of the languages in themselves: they are not translated. */
export const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  ar: "العربية",
}

let rest: Promise<void> | null = null
let current: Catalogue | null = null

/** Load a language and put it and its direction on the document. */
export async function activateLocale(locale: Locale): Promise<void> {
  current = await loadCatalogue(locale)
  if (rest !== null) await addRest(current)
  i18n.loadAndActivate({ locale, messages: current.messages })
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

/** A part of the app that is loaded later, once its words are there too. The build puts this around each of them. */
export async function withWords<Part>(part: Promise<Part>): Promise<Part> {
  rest ??= current === null ? Promise.resolve() : addRest(current)
  try {
    await rest
  } catch (problem) {
    rest = null
    throw problem
  }
  return part
}

async function addRest({ messages, rest: load }: Catalogue): Promise<void> {
  // Into what the language has already, and untold: no word that is shown changes.
  Object.assign(messages, (await load?.())?.messages)
}
