import type { ClientFrame, ServerFrame, SubscriptionFrame } from "@/live/frames"
import type { Next } from "@/live/run-store"

/** Something that is followed over the socket. */
export interface Subscription {
  /** What asks for all that is not here yet; null if nothing is missing. */
  ask(id: string): ClientFrame | null
  take(frame: SubscriptionFrame): Next
}

export interface Subscriptions {
  add(subscription: Subscription): () => void
  /** The socket is open: ask for everything, as far as there is room. */
  open(most: number): void
  /** The socket is gone. */
  cut(): void
  take(frame: ServerFrame): void
}

/**
 * The subscriptions of one socket, by ids of this tab's own; each asks from where it stands.
 *
 * An id is used once: what the server still says of one that was left is of nobody.
 */
export function createSubscriptions(
  say: (frame: () => ClientFrame | null) => void,
  later: (run: () => void) => void,
): Subscriptions {
  const wanted = new Set<Subscription>()
  const byId = new Map<string, Subscription>()
  const idOf = new Map<Subscription, string>()
  let most = 0
  let made = 0

  const ask = (subscription: Subscription): void => {
    if (idOf.has(subscription) || byId.size >= most) return
    made += 1
    const id = `s${made}`
    byId.set(id, subscription)
    idOf.set(subscription, id)
    say(() => {
      if (!byId.has(id)) return null
      // Where it stands when it is said, not when it was queued.
      const frame = subscription.ask(id)
      if (frame === null) end(subscription)
      return frame
    })
  }
  const fill = (): void => {
    for (const subscription of wanted) {
      if (byId.size >= most) return
      ask(subscription)
    }
  }
  const free = (subscription: Subscription): string | undefined => {
    const id = idOf.get(subscription)
    idOf.delete(subscription)
    if (id !== undefined) byId.delete(id)
    return id
  }
  const end = (subscription: Subscription): void => {
    wanted.delete(subscription)
    free(subscription)
    fill()
  }
  const leave = (subscription: Subscription): void => {
    const id = free(subscription)
    if (id !== undefined && most > 0) say(() => ({ type: "leave", id }))
  }

  return {
    add(subscription) {
      wanted.add(subscription)
      ask(subscription)
      return () => {
        wanted.delete(subscription)
        leave(subscription)
        fill()
      }
    },
    open(limit) {
      most = limit
      fill()
    },
    cut() {
      most = 0
      byId.clear()
      idOf.clear()
    },
    take(frame) {
      if (!("id" in frame) || frame.id === null || frame.type === "stopped" || frame.type === "pong") return
      const subscription = byId.get(frame.id)
      if (subscription === undefined) return
      const next = subscription.take({ ...frame, id: frame.id })
      if (next === "over") end(subscription)
      else if (next === "again") {
        leave(subscription)
        ask(subscription)
      } else if (next === "later" || frame.type === "left") {
        free(subscription)
        later(() => {
          if (wanted.has(subscription)) ask(subscription)
        })
      }
    },
  }
}
