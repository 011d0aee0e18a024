import type { Model } from "@/api/types"

/** The models whose name, alias, provider or abilities hold every word of a search. */
export function matchModels(models: readonly Model[], search: string): Model[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return models.filter((model) => {
    const text = [model.id, model.name, model.provider, ...model.aliases, ...model.capabilities].join(" ").toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
