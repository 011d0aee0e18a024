import { useSyncExternalStore } from "react"
import { nameHere } from "@/live/browser-outbox"
import { createSignal } from "@/live/signal"

/** Which models a person likes, used last, and wants for new conversations; kept in this browser. */
export interface Chosen {
  /** For new conversations; null is whatever there is. */
  readonly model: string | null
  readonly favourites: readonly string[]
  /** The one used last first. */
  readonly recent: readonly string[]
}

const MOST_RECENT = 6
const EMPTY: Chosen = { model: null, favourites: [], recent: [] }

/** Read what another version, or a person, may have written. */
export function parseChosen(text: string | null): Chosen {
  let kept: unknown
  try {
    kept = JSON.parse(text ?? "null")
  } catch {
    return EMPTY
  }
  const at = (name: string): unknown => (kept instanceof Object ? Reflect.get(kept, name) : null)
  const texts = (name: string): string[] => {
    const found = at(name)
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : []
  }
  const model = at("model")
  return { model: typeof model === "string" ? model : null, favourites: texts("favourites"), recent: texts("recent") }
}

/** The same, with models that were just used in front. */
export function withUsed(now: Chosen, models: readonly string[]): Chosen {
  return { ...now, recent: [...new Set([...models, ...now.recent])].slice(0, MOST_RECENT) }
}

export function withFavourite(now: Chosen, model: string): Chosen {
  const { favourites } = now
  const isOne = favourites.includes(model)
  return { ...now, favourites: isOne ? favourites.filter((one) => one !== model) : [...favourites, model] }
}

const news = createSignal()
let current: Chosen | null = null

export function chosen(): Chosen {
  current ??= parseChosen(localStorage.getItem(nameHere("models")))
  return current
}

export function choose(change: (now: Chosen) => Chosen): void {
  current = change(chosen())
  try {
    localStorage.setItem(nameHere("models"), JSON.stringify(current))
  } catch {
    // It is full: the choice holds until the page ends.
  }
  news.tell()
}

export function useChosen(): Chosen {
  return useSyncExternalStore(news.on, chosen)
}
