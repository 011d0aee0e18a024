import { preferences } from "@/lib/preferences"
import { actionsHere, currentActions } from "@/registry/actions"
import type { Action } from "@/registry/feature"
import { registered } from "@/registry/registry"

/** The keys of an action: what a person chose instead of its single letters, else its own. */
export function keysOf(action: Action): readonly string[] {
  const own = preferences().ownKeys[action.id]
  return own === undefined ? (action.keys ?? []) : own === "" ? [] : [own]
}

/** The action that a binding runs now, or null. */
export function actionFor(binding: string): Action | null {
  return currentActions().find((action) => keysOf(action).includes(binding)) ?? null
}

/** Every action with keys, once each: what is on the page in the order in which it came, and what features registered. */
export function actionsWithKeys(): readonly Action[] {
  const all = new Map<string, Action>()
  for (const action of [...currentActions(), ...registered("actions")]) {
    if (all.has(action.id)) continue
    if (keysOf(action).length > 0 || preferences().ownKeys[action.id] !== undefined) all.set(action.id, action)
  }
  const first = actionsHere().flatMap(({ id }) => all.get(id) ?? [])
  return [...new Set([...first, ...all.values()])]
}
