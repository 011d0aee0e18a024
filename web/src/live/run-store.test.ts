import { expect, test } from "vitest"
import type { RunEvent, SubscriptionFrame } from "@/live/frames"
import { createRunStore, type RunStore, type RunStorePorts } from "@/live/run-store"
import { event, runState, textOf } from "@/live/scripted"

function store(more: Partial<RunStorePorts> = {}): { store: RunStore; flushes: (() => void)[] } {
  const flushes: (() => void)[] = []
  const clock = { schedule: (flush: () => void) => flushes.push(flush) }
  const ports = { clock, loadParts: () => Promise.resolve([]) }
  return { store: createRunStore("run_1", { ...ports, ...more }), flushes }
}

const events = (...told: RunEvent[]): SubscriptionFrame => ({ type: "events", id: "s1", events: told })
const text = (number: number, said: string, epoch = 1): RunEvent =>
  event(number, { kind: "text-delta", index: 0, text: said }, epoch)
const end = (number: number, data: object = { message: "msg_1", status: "complete" }): RunEvent => ({
  ...event(number, { kind: "end" }),
  data: { status: "done", data },
})
const error = (code: string): SubscriptionFrame => ({
  type: "error",
  id: "s1",
  error: { code, message: "No.", fields: {} },
})
const following: SubscriptionFrame = { type: "following", id: "s1", run: runState() }

test("events are taken once and in order, whatever is told twice", () => {
  const { store: run } = store()
  run.take(following)
  expect(run.take(events(text(1, "a"), text(2, "b")))).toBe("on")
  expect(run.take(events(text(2, "b"), text(3, "c")))).toBe("on")
  expect(textOf(run.view().parts)).toBe("abc")
  expect(run.ask("s2")).toMatchObject({ epoch: 1, number: 3 })
})

test("a number that is missing is asked for again, and nothing behind it is taken", () => {
  const { store: run } = store()
  run.take(following)
  expect(run.take(events(text(1, "a"), text(3, "c")))).toBe("again")
  expect(run.take(events(text(2, "b"), text(3, "c")))).toBe("on")
  expect(textOf(run.view().parts)).toBe("abc")
})

test("a rewind forgets what was never written, and goes on in the new epoch", () => {
  const { store: run } = store()
  run.take(following)
  run.take(events(text(1, "a"), text(2, "lost"), text(3, "lost")))
  run.take({ type: "rewind", id: "s1", epoch: 2, number: 1, reason: "epoch" })
  expect(textOf(run.view().parts)).toBe("a")
  expect(run.ask("s2")).toMatchObject({ epoch: 2, number: 1 })
  run.take(events(text(2, "b", 2)))
  expect(textOf(run.view().parts)).toBe("ab")
})

test("a compacted run keeps what was seen until its message is fetched", async () => {
  const whole = [{ kind: "text" as const, text: "the whole" }]
  const { store: run } = store({ loadParts: (_, id) => (id === "msg_1" ? Promise.resolve(whole) : Promise.reject()) })
  run.take(following)
  run.take(events(text(1, "the wh")))
  run.take({ type: "rewind", id: "s1", epoch: 1, number: 0, reason: "compacted" })
  expect(run.take(events(event(2, { kind: "step-start", number: 1, request_id: "r", model: "m" }), end(90)))).toBe("on")
  expect(run.view()).toMatchObject({ phase: "loading", messageId: "msg_1", status: "complete" })
  expect(textOf(run.view().parts)).toBe("the wh")
  await expect.poll(() => run.view().phase).toBe("ended")
  expect(run.view().parts).toEqual(whole)
})

test("after the end there is nothing to ask for, and nothing more is taken", () => {
  const { store: run } = store()
  run.take(following)
  run.take(events(text(1, "a"), end(2), text(3, "b")))
  expect(run.view()).toMatchObject({ phase: "ended", messageId: "msg_1", growing: -1 })
  expect(textOf(run.view().parts)).toBe("a")
  expect(run.ask("s2")).toBeNull()
  expect(run.take({ type: "left", id: "s1", reason: "ended" })).toBe("over")
})

test("the end tells the error, the status and that nothing became a message", () => {
  const { store: run } = store()
  run.take(events(end(1, { message: null, status: "failed", error: { code: "upstream_auth", message: "No key." } })))
  expect(run.view()).toMatchObject({ status: "failed", messageId: null, error: { code: "upstream_auth" } })
})

test("readers are told once per flush, and see the same object while nothing changes", () => {
  const { store: run, flushes } = store()
  let told = 0
  run.subscribe(() => (told += 1))
  run.take(following)
  run.take(events(text(1, "a")))
  expect(run.view()).toBe(run.view())
  const [before] = run.view().parts
  run.take({ type: "behind", id: "s1" })
  expect(run.view().parts[0]).toBe(before)
  flushes[0]?.()
  expect(told).toBe(1)
})

test("what is not found is over; what the server could not do now is asked again later", () => {
  const { store: run } = store()
  expect(run.take(error("storage"))).toBe("later")
  expect(run.view().phase).toBe("waiting")
  expect(run.take(error("not_found"))).toBe("over")
  expect(run.view()).toMatchObject({ phase: "failed", problem: { code: "not_found" } })
})
