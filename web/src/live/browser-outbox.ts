import { serverAddress } from "@/api/client"
import type { ActStore, QueuedAct } from "@/live/acts"
import { connectionPorts } from "@/live/browser-ports"
import { openChannel } from "@/live/channel"
import type { Note, OutboxPorts } from "@/live/outbox"

/** The browser as the outbox uses it. */

const SEND_WITHIN_MS = 60_000
const SPACE = "salon.space"

/** A name of this Salon's own among all that share the origin. */
export function nameHere(what: string): string {
  return `salon.${what}:${new URL(serverAddress()).pathname}`
}

async function send(act: QueuedAct): ReturnType<OutboxPorts["send"]> {
  const response = await fetch(serverAddress() + act.path, {
    method: act.method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "Idempotency-Key": act.id,
      ...(act.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(act.ifMatch === undefined ? {} : { "If-Match": act.ifMatch }),
    },
    ...(act.body === undefined ? {} : { body: JSON.stringify(act.body) }),
    signal: AbortSignal.timeout(SEND_WITHIN_MS),
  })
  const text = await response.text()
  const seconds = Number(response.headers.get("retry-after"))
  return { status: response.status, body: valueOf(text), retryAfterMs: seconds > 0 ? seconds * 1_000 : null }
}

/** What stands between us and the server may answer with a page of its own. */
function valueOf(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text)
  } catch {
    return null
  }
}

/** Remember as whom this browser was signed in, for what is said before the server answers. */
export function rememberSpace(space: string): void {
  try {
    localStorage.setItem(nameHere(SPACE), space)
  } catch {
    // It is full, or not allowed: what is said is whose it is once the server says it.
  }
}

export function lastSpace(): string | null {
  try {
    return localStorage.getItem(nameHere(SPACE))
  } catch {
    return null
  }
}

export function outboxPorts(store: ActStore, space: () => string | null): OutboxPorts {
  const channel = openChannel<Note>(nameHere("outbox"))
  return {
    // Where locks are, only one tab sends, and it need not claim what it sends.
    store: "locks" in navigator ? { ...store, claim: () => Promise.resolve(true) } : store,
    send,
    lock(lead) {
      // Locks are for secure contexts alone; a house in the home network may have none.
      if (!("locks" in navigator)) return false
      void navigator.locks.request(nameHere("outbox"), () => {
        lead()
        return new Promise<never>(() => undefined)
      })
      return true
    },
    tell: channel.tell,
    onNote: channel.onTold,
    space,
    lastSpace: () => space() ?? lastSpace(),
    now: () => Date.now(),
    after: connectionPorts.after,
    random: Math.random,
  }
}
