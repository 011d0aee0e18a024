import { serverAddress } from "@/api/client"
import type { ConnectionPorts, Probe } from "@/live/connection"
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

export const connectionPorts: ConnectionPorts = {
  open(onText, onClose) {
    const socket = new WebSocket(serverAddress().replace(/^http/, "ws") + SOCKET_PATH)
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") onText(data)
    })
    socket.addEventListener("close", ({ code }) => onClose(code || NO_WORD))
    return { send: (text) => socket.send(text), close: () => socket.close() }
  },
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
