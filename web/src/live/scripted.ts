import { type Connection, type ConnectionPorts, createConnection, type Line, type Probe } from "@/live/connection"
import type { ClientFrame, RunEvent, RunState, ServerFrame } from "@/live/frames"

/** A network, a clock and a page that do what a test says. Not part of the app. */
export interface Scripted {
  connection: Connection
  ports: ConnectionPorts
  /** Every socket that was opened, the last one last. */
  sockets: ScriptedSocket[]
  last(): ScriptedSocket
  probe: Probe
  nowMs(): number
  /** Let time pass; what is due happens in order. */
  pass(ms: number): void
  wake(): void
  doubt(): void
  rest(): void
}

export interface ScriptedSocket {
  said: ClientFrame[]
  isClosed: boolean
  tell(frame: ServerFrame): void
  hello(limits?: { subscriptions: number }): void
  close(code: number): void
}

export function script(random = 0.5): Scripted {
  let nowMs = 1_000
  let due: { atMs: number; run: () => void }[] = []
  const heard: Record<"wake" | "doubt" | "rest", () => void> = {
    wake: () => undefined,
    doubt: () => undefined,
    rest: () => undefined,
  }
  const sockets: ScriptedSocket[] = []
  const scripted: { probe: Probe } = { probe: "well" }
  const ports: ConnectionPorts = {
    open(onText, onClose) {
      const socket: ScriptedSocket = {
        said: [],
        isClosed: false,
        tell: (frame) => onText(JSON.stringify(frame)),
        hello: (limits) =>
          socket.tell({ type: "hello", protocol: 1, space: "spc_1", number: 7, ...(limits && { limits }) }),
        close: onClose,
      }
      sockets.push(socket)
      const line: Line = { send: (text) => socket.said.push(JSON.parse(text)), close: () => (socket.isClosed = true) }
      return line
    },
    probe: () => Promise.resolve(scripted.probe),
    now: () => nowMs,
    after(ms, run) {
      const item = { atMs: nowMs + ms, run }
      due.push(item)
      return () => (due = due.filter((other) => other !== item))
    },
    random: () => random,
    onWake: (run) => (heard.wake = run),
    onDoubt: (run) => (heard.doubt = run),
    onRest: (run) => (heard.rest = run),
  }
  return {
    connection: createConnection(ports),
    ports,
    sockets,
    last() {
      const socket = sockets.at(-1)
      if (socket === undefined) throw new Error("no socket was opened")
      return socket
    },
    get probe() {
      return scripted.probe
    },
    set probe(found) {
      scripted.probe = found
    },
    nowMs: () => nowMs,
    pass(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = due.filter(({ atMs }) => atMs <= untilMs).toSorted((one, other) => one.atMs - other.atMs)
        if (next === undefined) break
        due = due.filter((other) => other !== next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
      }
      nowMs = untilMs
    },
    wake: () => heard.wake(),
    doubt: () => heard.doubt(),
    rest: () => heard.rest(),
  }
}

export function runState(change: Partial<RunState> = {}): RunState {
  return {
    id: "run_1",
    kind: "turn",
    status: "running",
    data: { conversation_id: "cnv_1", message_id: "msg_1" },
    epoch: 1,
    last_number: 0,
    stop_requested: false,
    compacted: false,
    created_by: null,
    started_at_ms: 0,
    ended_at_ms: null,
    ...change,
  }
}

export function event(number: number, data: { kind: string; [more: string]: unknown }, epoch = 1): RunEvent {
  return { epoch, number, type: data.kind, at_ms: number, data }
}

export function textOf(parts: readonly unknown[]): string {
  return parts.map((part) => (part instanceof Object ? String(Reflect.get(part, "text") ?? "") : "")).join("")
}
