import type { components } from "@/api/schema"
import type { Act } from "@/live/acts"

export type Queued = components["schemas"]["Queued"]

/** The queue with all that the server has not answered yet: what it says meanwhile may be from before that. */
export function withActs(items: readonly Queued[], acts: readonly Act[], conversationId: string): Queued[] {
  return acts.filter(({ about }) => about === conversationId).reduce(after, [...items])
}

/** The queue as it is after an act; the same for an act of another kind. */
function after(items: readonly Queued[], { kind, path, body }: Act): Queued[] {
  const id = decodeURIComponent(/\/queue\/([^/]+)/.exec(path)?.[1] ?? "")
  if (kind === "send-now" || kind === "drop-queued") return items.filter((one) => one.id !== id)
  if (kind === "change-queued" && body instanceof Object) {
    return items.map((one) => (one.id === id ? { ...one, draft: { ...one.draft, ...body } } : one))
  }
  if (kind === "reorder-queue" && body instanceof Object) {
    const order: unknown = Reflect.get(body, "order")
    const placeOf = (one: Queued): number => (Array.isArray(order) ? order.indexOf(one.id) : -1)
    return items.map((one) => (placeOf(one) < 0 ? one : { ...one, position: placeOf(one) }))
  }
  return [...items]
}
