import { expect, test } from "vitest"
import { NotOpen, PING_AFTER_MS, PONG_WITHIN_MS } from "@/live/connection"
import { createRunStore, type RunStore } from "@/live/run-store"
import { event, runState, script, type ScriptedSocket, textOf } from "@/live/scripted"

function run(id = "run_1"): RunStore {
  return createRunStore(id, { clock: { schedule: (flush) => flush() }, loadParts: () => Promise.resolve([]) })
}

function say(socket: ScriptedSocket, id: string, number: number, text: string): void {
  socket.tell({ type: "events", id, events: [event(number, { kind: "text-delta", index: 0, text })] })
}

test("a follow is asked when the socket is open, and again from where it stands", () => {
  const net = script()
  const store = run()
  net.connection.add(store)
  expect(net.last().said).toEqual([])
  net.last().hello()
  expect(net.last().said).toEqual([{ type: "follow", id: "s1", run: "run_1", epoch: 0, number: 0 }])
  net.last().tell({ type: "following", id: "s1", run: runState() })
  say(net.last(), "s1", 1, "Hel")
  net.last().close(1006)
  net.pass(1_000)
  net.last().hello()
  expect(net.last().said).toEqual([{ type: "follow", id: "s2", run: "run_1", epoch: 1, number: 1 }])
  say(net.last(), "s1", 2, "nobody's")
  say(net.last(), "s2", 2, "lo")
  expect(textOf(store.view().parts)).toBe("Hello")
})

test("a server that restarts is come back to at once, one that is gone later and later", () => {
  const net = script()
  net.connection.start()
  net.last().hello()
  net.last().close(1012)
  net.pass(200)
  expect(net.sockets).toHaveLength(2)
  const waited: number[] = []
  for (let at = 0; at < 12; at += 1) {
    net.last().close(1006)
    waited.push((net.connection.state().retryAtMs ?? 0) - net.nowMs())
    net.pass(waited.at(-1) ?? 0)
  }
  expect(waited.slice(0, 4)).toEqual([300, 600, 1_200, 2_400])
  expect(waited.at(-1)).toBe(22_500)
  net.last().hello()
  expect(net.connection.state()).toMatchObject({ phase: "open", space: "spc_1" })
})

test("it stays away when the session ended, until somebody signed in", () => {
  const net = script()
  net.connection.start()
  net.last().hello()
  net.last().tell({ type: "error", id: null, error: { code: "not_signed_in", message: "", fields: {} } })
  net.last().close(1008)
  net.pass(600_000)
  expect(net.sockets).toHaveLength(1)
  expect(net.connection.state().phase).toBe("signed-out")
  net.connection.comeBack()
  expect(net.sockets).toHaveLength(2)
})

test("it comes back after it had said too much", () => {
  const net = script()
  net.connection.start()
  net.last().hello()
  net.last().tell({ type: "error", id: null, error: { code: "rate_limited", message: "", fields: {} } })
  net.last().close(1008)
  expect(net.connection.state().phase).toBe("waiting")
})

test("a socket that is refused before it opens is asked about over HTTP", async () => {
  const net = script()
  net.probe = "signed-out"
  net.connection.start()
  net.last().close(1006)
  expect(net.connection.state().phase).toBe("waiting")
  await expect.poll(() => net.connection.state().phase).toBe("signed-out")
  net.pass(600_000)
  expect(net.sockets).toHaveLength(1)
})

test("a server of another protocol is left alone", () => {
  const net = script()
  net.connection.start()
  net.last().tell({ type: "hello", protocol: 2, space: "spc_1", number: 0 })
  expect(net.connection.state().phase).toBe("outdated")
  expect(net.last().isClosed).toBe(true)
})

test("silence is asked about, and no answer is the end of the socket", () => {
  const net = script()
  net.connection.start()
  net.last().hello()
  net.pass(PING_AFTER_MS)
  expect(net.last().said).toEqual([{ type: "ping", id: "ping-1" }])
  net.pass(10)
  net.last().tell({ type: "pong", id: "ping-1" })
  net.pass(PING_AFTER_MS + 10)
  expect(net.last().said).toHaveLength(2)
  net.pass(PONG_WITHIN_MS)
  expect(net.sockets[0]?.isClosed).toBe(true)
  expect(net.connection.state().phase).toBe("waiting")
})

test("a page that wakes tries at once, and asks an open socket whether it lives", () => {
  const net = script()
  net.connection.start()
  net.last().hello()
  net.wake()
  expect(net.last().said).toHaveLength(1)
  net.pass(3_000)
  expect(net.connection.state().phase).toBe("waiting")
  net.wake()
  expect(net.connection.state().phase).toBe("connecting")
  net.last().hello()
  net.doubt()
  net.pass(1)
  net.last().tell({ type: "pong", id: "ping-2" })
  net.pass(3_000)
  expect(net.connection.state().phase).toBe("open")
  net.rest()
  expect(net.last().isClosed).toBe(true)
})

test("a socket that never says hello is given up", () => {
  const net = script()
  net.connection.start()
  net.pass(10_000)
  expect(net.sockets[0]?.isClosed).toBe(true)
  expect(net.connection.state()).toMatchObject({ phase: "waiting", failures: 1 })
})

test("no more subscriptions are open than the server takes; the next one comes when one is over", () => {
  const net = script()
  const leave = ["a", "b", "c"].map((id) => net.connection.add(run(id)))
  net.last().hello({ subscriptions: 2 })
  expect(net.last().said.map((frame) => Reflect.get(frame, "run"))).toEqual(["a", "b"])
  net.last().tell({ type: "left", id: "s1", reason: "ended" })
  expect(net.last().said).toHaveLength(3)
  leave[1]?.()
  expect(net.last().said.at(-1)).toEqual({ type: "leave", id: "s2" })
})

test("no more frames are said in a second than the server takes", () => {
  const net = script()
  net.connection.start()
  net.last().hello({ subscriptions: 1_000 })
  for (let at = 0; at < 300; at += 1) net.connection.add(run(`run_${at}`))
  expect(net.last().said).toHaveLength(100)
  net.pass(1_000)
  expect(net.last().said.length).toBeLessThanOrEqual(146)
  net.pass(4_000)
  expect(net.last().said).toHaveLength(300)
})

test("a subscription out of order is left and asked for anew", () => {
  const net = script()
  net.connection.add(run())
  net.last().hello()
  say(net.last(), "s1", 5, "ahead")
  expect(net.last().said.slice(1)).toEqual([
    { type: "leave", id: "s1" },
    { type: "follow", id: "s2", run: "run_1", epoch: 0, number: 0 },
  ])
})

test("what the server could not do now is asked again a little later", () => {
  const net = script()
  net.connection.add(run())
  net.last().hello()
  net.last().tell({ type: "error", id: "s1", error: { code: "storage", message: "", fields: {} } })
  expect(net.last().said).toHaveLength(1)
  net.pass(1_000)
  expect(net.last().said.at(-1)).toMatchObject({ type: "follow", id: "s2" })
})

test("stop is answered, and refused when there is no socket", async () => {
  const net = script()
  await expect(net.connection.stop("run_1")).rejects.toBeInstanceOf(NotOpen)
  net.connection.start()
  net.last().hello()
  const stopped = net.connection.stop("run_1")
  net.last().tell({ type: "stopped", id: "stop-1", run: "run_1", running: true })
  expect(await stopped).toBe(true)
  const cut = net.connection.stop("run_1")
  net.last().close(1006)
  await expect(cut).rejects.toBeInstanceOf(NotOpen)
})
