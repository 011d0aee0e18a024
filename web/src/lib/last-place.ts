import { createValueStore } from "@/lib/value-store"

/** The address, with its query, of the last place that was not the settings: they close to it. */
export const lastPlace = createValueStore<string | null>(null)
