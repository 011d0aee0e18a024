import { Boxes, type LucideIcon } from "lucide-react"
import type { Model } from "@/api/types"
import { iconOf } from "@/features/palette/action-icons"
import type { Action } from "@/registry"
import { liveKeysOf } from "@/registry/keys"

/** One thing that the palette found. */
export interface Finding {
  id: string
  title: string
  /** A line below, like the words that were found in a message. */
  preview?: string
  keys?: string
  icon: LucideIcon
  run: () => void
}

const MOST = 8

/** What must be in a text for it to be meant: all words, in any order. */
export function hasWords(text: string, words: string): boolean {
  const lower = text.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word))
}

/** The acts that the words mean, those whose title begins with them first, else in their order; Esc's are not for choosing. */
export function findActions(
  actions: readonly Action[],
  words: string,
  read: (text: () => string) => string,
): readonly Finding[] {
  const wanted = words.trim().toLowerCase()
  const seen = new Set<string>()
  const found: Finding[] = []
  for (const action of actions.toSorted((one, other) => orderOf(one) - orderOf(other))) {
    if (seen.has(action.id) || action.id === "palette" || action.keys?.includes("Escape")) continue
    seen.add(action.id)
    const title = read(action.title)
    const keywords = action.keywords ? read(action.keywords) : ""
    if (!hasWords(`${title} ${keywords}`, wanted)) continue
    const keys = liveKeysOf(action)[0]
    found.push({
      id: `action-${action.id}`,
      title,
      ...(keys === undefined ? {} : { keys }),
      icon: iconOf(action),
      run: () => action.run(),
    })
  }
  if (wanted === "") return found
  const begins = (one: Finding): number => (one.title.toLowerCase().startsWith(wanted) ? 0 : 1)
  return found.toSorted((one, other) => begins(one) - begins(other)).slice(0, MOST)
}

const USUAL_ORDER = 50

function orderOf({ order = USUAL_ORDER }: Action): number {
  return order
}

/** The models whose name the words mean; choosing one shows it. */
export function findModels(models: readonly Model[], words: string, go: (id: string) => void): readonly Finding[] {
  return models
    .filter((model) => hasWords([model.id, ...model.aliases].join(" "), words.trim()))
    .slice(0, MOST)
    .map((model) => ({ id: `model-${model.id}`, title: model.id, icon: Boxes, run: () => go(model.id) }))
}
