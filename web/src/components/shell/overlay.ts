import { createValueStore } from "@/lib/value-store"

export type Overlay = "palette" | "shortcuts"

/** What lies over the page now, of what any place may open. */
export const overlay = createValueStore<Overlay | null>(null)
