import type { ClientFrame, SpaceEvent, SubscriptionFrame } from "@/live/frames"
import type { Next } from "@/live/run-store"
import { createSignal } from "@/live/signal"
import type { Subscription } from "@/live/subscriptions"

/** What becomes true in the space, each once and in order, wherever it was done. */
export interface SpaceEvents extends Subscription {
  /** Hears of events as they come, those of one frame together. */
  onEvents(listener: (events: readonly SpaceEvent[]) => void): () => void
  /** Hears that something may have been missed: what is shown is to be read anew. */
  onGap(listener: () => void): () => void
  /** Notice a reading by the number of the last event before it: what came after that is then known to be missed. */
  reading(of: Promise<number>): void
  /** Begin anew as somebody else, or at the place that was kept for the same. */
  start(space: string): void
}

export interface SpaceEventsPorts {
  /** The last number this tab has taken in a space. */
  load(space: string): number | null
  save(space: string, number: number): void
}

export function createSpaceEvents(ports: SpaceEventsPorts): SpaceEvents {
  let space: string | null = null
  let number: number | null = null
  /** Of what was read before the server is listened to: how much is on its way, and from when the oldest is. */
  let pending = 0
  let oldest: number | null = null
  const news = createSignal<[events: readonly SpaceEvent[]]>()
  const gaps = createSignal()

  const stand = (at: number): void => {
    number = at
    if (space !== null) ports.save(space, at)
  }
  const take = (frame: SubscriptionFrame): Next => {
    switch (frame.type) {
      case "listening":
        // Without a number it begins now; what was read before that may be of before. A number that was
        // higher than the server's is of a database that was restored.
        if (number === null || frame.number < number) {
          const isKnown = number === null && (oldest === null ? pending > 0 : oldest >= frame.number)
          stand(frame.number)
          if (!isKnown) gaps.tell()
        }
        return "on"
      case "gap":
        stand(frame.number)
        gaps.tell()
        return "on"
      case "happened": {
        const after = number ?? 0
        const events = frame.events.filter((event) => event.number > after)
        stand(Math.max(after, frame.number))
        if (events.length > 0) news.tell(events)
        return "on"
      }
      case "left":
      case "error":
        return "later"
      default:
        return "on"
    }
  }

  return {
    ask: (id): ClientFrame => ({ type: "listen", id, number }),
    take,
    onEvents: news.on,
    onGap: gaps.on,
    reading(of) {
      pending += 1
      const told = (from: number): void => {
        pending -= 1
        if (number === null) oldest = Math.min(from, oldest ?? from)
        else if (from < number) gaps.tell()
      }
      of.then(told, () => told(-1))
    },
    start(found) {
      if (found === space) return
      space = found
      number = ports.load(found)
    },
  }
}
