import { preferences } from "@/lib/preferences"
import { isLetters } from "@/lib/shortcuts"
import { currentActions } from "@/registry/actions"
import type { Action, Keyed } from "@/registry/feature"

/** The keys of an action: what a person chose instead of its single letters, else its own. */
export function keysOf(action: Keyed): readonly string[] {
  const own = preferences().ownKeys[action.id]
  return own === undefined ? (action.keys ?? []) : own === "" ? [] : [own]
}

/** Those that do something now: without single letters where a person turned those off. */
export function liveKeysOf(action: Keyed): readonly string[] {
  return keysOf(action).filter((keys) => preferences().letterKeys || !isLetters(keys))
}

/** The action that a binding runs now, or null. */
export function actionFor(binding: string): Action | null {
  return currentActions().find((action) => keysOf(action).includes(binding)) ?? null
}
