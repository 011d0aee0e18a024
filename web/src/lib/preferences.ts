import { useSyncExternalStore } from "react"

/** What a person chose for this browser. `src/first/theme.js` reads the same record before the first paint. */
export interface Preferences {
  theme: Theme
  density: Density
  locale: Locale | null
  sidebar: "wide" | "rail"
  letterKeys: boolean
  /** More contrast than the device asks for. */
  contrast: "system" | "more"
  /** Less movement than the device asks for. */
  motion: "system" | "reduced"
  /** All turns in one column, or one's own at the end edge. */
  layout: Layout
  /** Enter sends and ⇧Enter breaks the line; else the other way round. */
  enterSends: boolean
  readingWidth: "regular" | "wide"
  /** Keys a person chose for an action, by its id; empty for none. */
  ownKeys: Readonly<Record<string, string>>
}

export const THEMES = ["light", "dark", "system"] as const
export const DENSITIES = ["comfortable", "compact", "spacious"] as const
export const LOCALES = ["en", "de", "fr", "ar"] as const
export const LAYOUTS = ["column", "sides"] as const
export type Layout = (typeof LAYOUTS)[number]
export type Theme = (typeof THEMES)[number]
export type Density = (typeof DENSITIES)[number]
export type Locale = (typeof LOCALES)[number]

const STORAGE_KEY = "salon.preferences"
const DEFAULTS: Preferences = {
  theme: "system",
  density: "comfortable",
  locale: null,
  sidebar: "wide",
  letterKeys: true,
  contrast: "system",
  motion: "system",
  layout: "column",
  enterSends: true,
  readingWidth: "regular",
  ownKeys: {},
}

/** Return the member of `choices` equal to `value`, if there is one. */
export function oneOf<const T extends string>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value)
}

/** Read preferences from text another version, or a person, may have written. */
export function parsePreferences(text: string | null): Preferences {
  let stored: unknown
  try {
    stored = JSON.parse(text ?? "{}")
  } catch {
    return DEFAULTS
  }
  const has = new Map(Object.entries(typeof stored === "object" && stored !== null ? stored : {}))
  return {
    theme: oneOf(THEMES, has.get("theme")) ?? DEFAULTS.theme,
    density: oneOf(DENSITIES, has.get("density")) ?? DEFAULTS.density,
    locale: oneOf(LOCALES, has.get("locale")) ?? DEFAULTS.locale,
    sidebar: has.get("sidebar") === "rail" ? "rail" : "wide",
    letterKeys: has.get("letterKeys") !== false,
    contrast: has.get("contrast") === "more" ? "more" : "system",
    motion: has.get("motion") === "reduced" ? "reduced" : "system",
    layout: oneOf(LAYOUTS, has.get("layout")) ?? DEFAULTS.layout,
    enterSends: has.get("enterSends") !== false,
    readingWidth: has.get("readingWidth") === "wide" ? "wide" : "regular",
    ownKeys: textsOf(has.get("ownKeys")),
  }
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const pairs = typeof value === "object" && value !== null ? Object.entries(value) : []
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"))
}

/** Choose the language: the stored one, else the first the browser prefers that we speak, else English. */
export function chooseLocale(stored: Locale | null, preferred: readonly string[]): Locale {
  if (stored) return stored
  for (const tag of preferred) {
    const known = oneOf(LOCALES, tag.toLowerCase().split("-")[0])
    if (known) return known
  }
  return "en"
}

export function directionOf(locale: Locale): "rtl" | "ltr" {
  return locale === "ar" ? "rtl" : "ltr"
}

let current: Preferences | null = null
const listeners = new Set<() => void>()

export function preferences(): Preferences {
  current ??= parsePreferences(localStorage.getItem(STORAGE_KEY))
  return current
}

/** Change some preferences, keep them and apply them at once. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...preferences(), ...change }
  localStorage.setItem(STORAGE_KEY, JSON.stringify(current))
  show()
}

function show(): void {
  applyPreferences()
  for (const listener of listeners) listener()
}

/** Put what concerns the look on the document; follow the system while the theme is "system". */
export function applyPreferences(): void {
  const { theme, density, contrast, motion, readingWidth } = preferences()
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches
  const shown = theme === "system" ? (isDark ? "dark" : "light") : theme
  document.documentElement.dataset["theme"] = shown
  document.documentElement.dataset["density"] = density
  document.documentElement.dataset["contrast"] = contrast
  document.documentElement.dataset["motion"] = motion
  document.documentElement.dataset["measure"] = readingWidth
}

/** Follow the device's theme, and what is chosen in another tab. */
export function watchPreferences(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyPreferences)
  addEventListener("storage", (event) => {
    if (event.key !== STORAGE_KEY) return
    current = null
    show()
  })
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Read one preference in a component. */
export function usePreference<K extends keyof Preferences>(name: K): Preferences[K] {
  const read = (): Preferences[K] => preferences()[name]
  return useSyncExternalStore(subscribe, read, read)
}
