import { createValueStore } from "@/lib/value-store"

/** Whether the sidebar lies over the page, where there is no room beside it. */
export const drawer = createValueStore(false)
