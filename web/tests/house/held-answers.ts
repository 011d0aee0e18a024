import type { Page, WebSocketRoute } from "playwright-core"
import type { RunEvent, ServerFrame } from "@/live/frames"

/** Lets what is held of an answer come: one more of what was made up, or `all` that is left. */
export interface Next {
  (): void
  all(): void
}

/**
 * Put entries of our own in the place of the first words of an answer, and let them come one by one when told.
 *
 * A house whose tools take their time is not to be had yet; the log of an answer with such tools is.
 */
export async function holdAnswers(page: Page, entries: readonly { kind: string; [more: string]: unknown }[]): Promise<Next> {
  const left = [...entries]
  const held: RunEvent[] = []
  let free = 0
  let hasBegun = false
  let isOpen = false
  let shown: { socket: WebSocketRoute; id: string } | null = null
  const tell = (): void => {
    const isHeld = hasBegun && !isOpen
    const events = held.splice(0, isHeld ? free : held.length)
    if (isHeld) free -= events.length
    if (events.length > 0) shown?.socket.send(JSON.stringify({ type: "events", id: shown.id, events }))
  }
  await page.routeWebSocket(/\/salon\/v1\/socket/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((message) => {
      const frame: ServerFrame = JSON.parse(String(message))
      if (frame.type !== "events") return socket.send(message)
      shown = { socket, id: frame.id }
      for (const event of frame.events) {
        const isWords = event.data instanceof Object && Reflect.get(event.data, "kind") === "text-delta"
        if (isWords && !hasBegun) tell()
        hasBegun ||= isWords
        const entry = isWords ? left.shift() : undefined
        held.push(entry === undefined ? event : { ...event, type: entry.kind, data: entry })
      }
      tell()
    })
  })
  const next = (): void => {
    free += 1
    tell()
  }
  return Object.assign(next, {
    all() {
      isOpen = true
      tell()
    },
  })
}
