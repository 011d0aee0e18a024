import type { Model } from "@/api/types"

/** The models without a price, those that were asked most first. */
export function unpricedFirst(models: readonly Model[], used: ReadonlyMap<string, number>): Model[] {
  return models
    .filter((model) => !model.priced)
    .toSorted((one, other) => (used.get(other.id) ?? 0) - (used.get(one.id) ?? 0))
}
