import type { Model } from "@/api/types"
import { matchModels } from "@/features/house/match-models"
import type { Chosen } from "@/features/models/picker/chosen"

export type GroupName = "favourites" | "recent" | "all"

export interface Option {
  /** What a request names: an alias or `provider/model`. */
  readonly name: string
  readonly model: Model
}

export interface OptionGroup {
  readonly name: GroupName
  readonly options: readonly Option[]
}

/** What a model that only does these cannot do: talk. */
const OTHER_WORK = new Set([
  "embedding",
  "rerank",
  "moderation",
  "image",
  "image-edit",
  "image-variation",
  "speech",
  "transcription",
  "translation",
  "realtime",
])
/** More are found by searching. */
const MOST_SHOWN = 60

export function canTalk({ capabilities }: Pick<Model, "capabilities">): boolean {
  return capabilities.length === 0 || capabilities.some((one) => !OTHER_WORK.has(one))
}

/** Every way to name a model that talks: its aliases, and itself. */
export function optionsOf(models: readonly Model[]): Option[] {
  const talking = models.filter(canTalk)
  const aliases = talking.flatMap((model) => model.aliases.map((name) => ({ name, model })))
  const seen = new Set<string>()
  return [...aliases, ...talking.map((model) => ({ name: model.id, model }))].filter(({ name }) => {
    if (seen.has(name)) return false
    seen.add(name)
    return true
  })
}

/** The models that hold every word of a search, favourites and recent ones first; each stands once. */
export function groupsOf(models: readonly Model[], search: string, chosen: Chosen): OptionGroup[] {
  const matching = new Set(matchModels(models, search))
  const options = optionsOf(models).filter(({ model }) => matching.has(model))
  const byName = new Map(options.map((option) => [option.name, option]))
  const take = (names: readonly string[]): Option[] =>
    names.flatMap((name) => {
      const found = byName.get(name)
      byName.delete(name)
      return found === undefined ? [] : [found]
    })
  const groups: OptionGroup[] = [
    { name: "favourites", options: take(chosen.favourites) },
    { name: "recent", options: take(chosen.recent) },
    { name: "all", options: [...byName.values()].slice(0, MOST_SHOWN) },
  ]
  return groups.filter((group) => group.options.length > 0)
}

/** Whether there may be more than are shown. */
export function isCut(groups: readonly OptionGroup[]): boolean {
  return groups.some(({ name, options }) => name === "all" && options.length === MOST_SHOWN)
}

/** Who answers where nobody was chosen: the last one used, else one that is not the demo. */
export function usualModel(models: readonly Model[], { model, recent }: Chosen): string | null {
  const options = optionsOf(models)
  const known = new Set(options.map(({ name }) => name))
  const wanted = [model, ...recent].find((name) => name !== null && known.has(name))
  return wanted ?? (options.find((one) => one.model.provider !== "demo") ?? options[0])?.name ?? null
}
