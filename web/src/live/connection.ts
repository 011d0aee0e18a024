import { backoffMs } from "@/lib/backoff"
import { type ClientFrame, PROTOCOL, readFrame, type ServerFrame } from "@/live/frames"
import { createPacer } from "@/live/pacer"
import { createSignal } from "@/live/signal"
import { createSubscriptions, type Subscription } from "@/live/subscriptions"

/** The one socket of a tab: it opens it, keeps it, comes back when it is gone, and goes on with everything. */

export type Phase =
  /** Nothing was asked for yet, or it was let go. */
  | "idle"
  | "connecting"
  | "open"
  /** It comes back at `retryAtMs`. */
  | "waiting"
  /** The session or key ended: it comes back when `comeBack` says that somebody signed in. */
  | "signed-out"
  /** Whoever is signed in may not use conversations. */
  | "refused"
  /** The server speaks another protocol: the page has to be loaded anew. */
  | "outdated"

export interface ConnectionState {
  readonly phase: Phase
  /** By the clock of the ports; null unless it waits. */
  readonly retryAtMs: number | null
  /** Tries that failed in a row; a socket that held for a while makes it 0. */
  readonly failures: number
  /** Whose runs and events are seen; kept while it is away. */
  readonly space: string | null
}

export type Probe = "well" | "signed-out" | "refused" | "unreachable"

export interface Line {
  send(text: string): void
  close(): void
}

export interface ConnectionPorts {
  open(onText: (text: string) => void, onClose: (code: number) => void): Line
  /** Ask over HTTP why a socket was not opened: browsers do not tell. */
  probe(): Promise<Probe>
  now(): number
  /** Returns what takes it back. */
  after(ms: number, run: () => void): () => void
  random(): number
  /** Hears that the network is back, or the page is looked at again. */
  onWake(run: () => void): void
  /** Hears that the network may be gone. */
  onDoubt(run: () => void): void
  /** Hears that the page is put aside, perhaps for ever. */
  onRest(run: () => void): void
}

export interface Connection {
  state(): ConnectionState
  subscribe(listener: () => void): () => void
  start(): void
  /** Follow something until it is over or taken back. */
  add(subscription: Subscription): () => void
  /** Ask a run to stop; tells whether it was running. Throws: NotOpen. */
  stop(runId: string): Promise<boolean>
  /** Try at once: somebody signed in, or is tired of waiting. */
  comeBack(): void
  close(): void
}

export class NotOpen extends Error {}

export const PING_AFTER_MS = 25_000
export const PONG_WITHIN_MS = 10_000
/** After this long the next failure counts as the first: a network that breaks, a server that fails. */
const HELD_MS = 1_000
const STABLE_MS = 10_000
const DOUBT_MS = 3_000
const HELLO_WITHIN_MS = 10_000
const AT_ONCE = 100
/** A little less than the server allows: its clock and ours differ. */
const PER_SECOND = 45
const IDLE: ConnectionState = { phase: "idle", retryAtMs: null, failures: 0, space: null }
const MOST_SUBSCRIPTIONS = 100

export function createConnection(ports: ConnectionPorts): Connection {
  let state = IDLE
  let line: Line | null = null
  let triedAtMs = 0
  let openedAtMs = 0
  let heardAtMs = 0
  let lastCode: string | null = null
  let asked = 0
  let takeBackRetry: (() => void) | null = null
  let takeBackPing: (() => void) | null = null
  const news = createSignal()
  const stops = new Map<string, { resolve: (running: boolean) => void; reject: (problem: Error) => void }>()
  const pacer = createPacer(ports, { perSecond: PER_SECOND, atOnce: AT_ONCE })

  const set = (change: Partial<ConnectionState>): void => {
    state = { ...state, ...change }
    news.tell()
  }
  const say = (frame: () => ClientFrame | null): void => {
    pacer.add(() => {
      const said = line === null ? null : frame()
      if (said !== null) line?.send(JSON.stringify(said))
    })
  }
  const subscriptions = createSubscriptions(say, (run) => ports.after(backoffMs(2, ports.random()), run))

  // -- coming and going ---------------------------------------------------------------------------
  const open = (): void => {
    takeBackRetry?.()
    takeBackRetry = null
    if (line !== null) return
    lastCode = null
    triedAtMs = ports.now()
    set({ phase: "connecting", retryAtMs: null })
    takeBackPing = ports.after(HELLO_WITHIN_MS, () => gone(1006))
    const mine: Line = ports.open(
      (text) => {
        if (line === mine) take(readFrame(text))
      },
      (code) => {
        if (line === mine) gone(code)
      },
    )
    line = mine
  }
  /** Forget the socket; what it still says is not heard. */
  const drop = (): void => {
    const had = line
    line = null
    had?.close()
    takeBackPing?.()
    takeBackPing = null
    pacer.clear()
    subscriptions.cut()
    for (const { reject } of stops.values()) reject(new NotOpen())
    stops.clear()
  }
  const gone = (code: number): void => {
    const wasOpen = state.phase === "open"
    const stableMs = code === 1006 ? HELD_MS : STABLE_MS
    const wasStable = wasOpen && ports.now() - openedAtMs > stableMs
    drop()
    if (code === 1008 && lastCode !== "rate_limited") {
      set({ phase: lastCode === "not_allowed" ? "refused" : "signed-out", retryAtMs: null })
      return
    }
    wait(code === 1012 ? 0 : wasStable ? 1 : state.failures + 1)
    if (!wasOpen) void look()
  }
  const wait = (failures: number): void => {
    const ms = backoffMs(failures, ports.random())
    set({ phase: "waiting", retryAtMs: ports.now() + ms, failures })
    takeBackRetry = ports.after(ms, open)
  }
  const look = async (): Promise<void> => {
    const found = await ports.probe()
    if (state.phase !== "waiting" || found === "well" || found === "unreachable") return
    rest(found)
  }
  const rest = (phase: Phase): void => {
    takeBackRetry?.()
    takeBackRetry = null
    drop()
    set({ phase, retryAtMs: null })
  }
  const wake = (): void => {
    if (state.phase === "open") test(DOUBT_MS)
    else if (state.phase === "waiting" || (state.phase === "connecting" && ports.now() - triedAtMs > DOUBT_MS)) {
      drop()
      open()
    }
  }

  // -- whether anybody is there -------------------------------------------------------------------
  const test = (withinMs: number): void => {
    takeBackPing?.()
    const askedAt = ports.now()
    asked += 1
    const id = `ping-${asked}`
    say(() => ({ type: "ping", id }))
    takeBackPing = ports.after(withinMs, () => {
      if (heardAtMs > askedAt) keep()
      else gone(1006)
    })
  }
  const keep = (): void => {
    takeBackPing?.()
    const leftMs = heardAtMs + PING_AFTER_MS - ports.now()
    takeBackPing = leftMs <= 0 ? null : ports.after(leftMs, keep)
    if (leftMs <= 0) test(PONG_WITHIN_MS)
  }

  // -- what the server says -----------------------------------------------------------------------
  const take = (frame: ServerFrame | null): void => {
    heardAtMs = ports.now()
    if (frame === null) return
    if (frame.type === "hello") {
      if (frame.protocol !== PROTOCOL) return rest("outdated")
      openedAtMs = heardAtMs
      set({ phase: "open", retryAtMs: null, space: frame.space })
      keep()
      subscriptions.open(frame.limits?.subscriptions ?? MOST_SUBSCRIPTIONS)
    } else if (frame.type === "stopped") {
      stops.get(frame.id)?.resolve(frame.running)
      stops.delete(frame.id)
    } else if (frame.type === "error" && frame.id === null) {
      lastCode = frame.error.code
    } else if (frame.type === "error" && stops.has(frame.id ?? "")) {
      stops.get(frame.id ?? "")?.reject(new NotOpen(frame.error.message))
      stops.delete(frame.id ?? "")
    } else if (frame.type !== "pong") subscriptions.take(frame)
  }

  ports.onWake(wake)
  ports.onDoubt(() => {
    if (state.phase === "open") test(DOUBT_MS)
  })
  ports.onRest(() => {
    // A page with a socket is not kept for "back"; it comes back when it is shown again.
    if (line === null) return
    drop()
    set({ phase: "waiting", retryAtMs: null })
  })

  return {
    state: () => state,
    subscribe: news.on,
    start() {
      if (state.phase === "idle") open()
    },
    add(subscription) {
      if (state.phase === "idle") open()
      return subscriptions.add(subscription)
    },
    stop(runId) {
      if (state.phase !== "open") return Promise.reject(new NotOpen())
      asked += 1
      const id = `stop-${asked}`
      say(() => ({ type: "stop", id, run: runId }))
      return new Promise((resolve, reject) => stops.set(id, { resolve, reject }))
    },
    comeBack() {
      if (state.phase === "open" || state.phase === "connecting") return
      set({ failures: 0 })
      open()
    },
    close() {
      rest("idle")
    },
  }
}
