import { serverAddress } from "@/api/client"
import type { ConnectionPorts, Line, Probe } from "@/live/connection"
import type { FramePorts } from "@/live/frame-clock"
import { SOCKET_PATH } from "@/live/frames"

/** The browser as the live layer uses it. */

/** No code of WebSocket: the socket was closed without a word. */
const NO_WORD = 1006

function after(ms: number, run: () => void): () => void {
  const id = setTimeout(run, ms)
  return () => clearTimeout(id)
}

async function probe(): Promise<Probe> {
  try {
    // What the socket needs, asked the cheapest way: the right to use conversations.
    const response = await fetch(`${serverAddress()}/salon/v1/runs?limit=1`, {
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(10_000),
    })
    if (response.status === 401) return "signed-out"
    return response.status === 403 ? "refused" : "well"
  } catch {
    return "unreachable"
  }
}

/** Sockets in a row that were closed without a word, while the server answers: something between lets none through. */
let refused = 0
const GIVES_UP_AFTER = 2

const openSocket: ConnectionPorts["open"] = (onText, onClose) => {
  const socket = new WebSocket(serverAddress().replace(/^http/, "ws") + SOCKET_PATH)
  let isHeard = false
  socket.addEventListener("message", ({ data }) => {
    isHeard = true
    refused = 0
    if (typeof data === "string") onText(data)
  })
  socket.addEventListener("close", ({ code }) => {
    onClose(code || NO_WORD)
    if (!isHeard) void probe().then((found) => (refused = found === "well" ? refused + 1 : 0))
  })
  return { send: (text) => socket.send(text), close: () => socket.close() }
}

/** The same without a socket; once that is gone, a socket is tried again first. */
const openEvents: ConnectionPorts["open"] = (onText, onClose) => {
  refused = GIVES_UP_AFTER - 1
  let line: Line | null = null
  let isClosed = false
  import("@/live/event-line").then(
    ({ openEventLine }) => {
      if (!isClosed) line = openEventLine(onText, onClose)
    },
    () => onClose(NO_WORD),
  )
  return {
    send: (text) => line?.send(text),
    close() {
      isClosed = true
      line?.close()
    },
  }
}

export const connectionPorts: ConnectionPorts = {
  open: (onText, onClose) => (refused < GIVES_UP_AFTER ? openSocket(onText, onClose) : openEvents(onText, onClose)),
  probe,
  now: () => performance.now(),
  after,
  random: Math.random,
  onWake(run) {
    addEventListener("online", run)
    addEventListener("pageshow", run)
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) run()
    })
  },
  onDoubt: (run) => addEventListener("offline", run),
  onRest: (run) => addEventListener("pagehide", run),
}

export const framePorts: FramePorts = {
  isHidden: () => document.hidden,
  onFrame(run) {
    const id = requestAnimationFrame(run)
    return () => cancelAnimationFrame(id)
  },
  after,
  onHide(run) {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) run()
    })
  },
}
