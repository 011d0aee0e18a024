import { expect, test } from "vitest"
import { createFinishedFeed } from "@/live/finished"
import type { SpaceEvent } from "@/live/frames"
import { allStale, keys } from "@/live/query-keys"
import { createSpaceEvents, type SpaceEvents } from "@/live/space-events"

function happened(number: number, type: string, data: Record<string, unknown> = {}, subject = "x"): SpaceEvent {
  return { number, id: `evt_${number}`, type, subject, data, created_by: null, at_ms: number }
}

function open(kept: Record<string, number> = {}): { events: SpaceEvents; seen: number[]; gaps: () => number } {
  let gaps = 0
  const seen: number[] = []
  const events = createSpaceEvents({
    load: (space) => kept[space] ?? null,
    save: (space, number) => (kept[space] = number),
  })
  events.onEvents((found) => seen.push(...found.map(({ number }) => number)))
  events.onGap(() => (gaps += 1))
  return { events, seen, gaps: () => gaps }
}

/** How often something is told as missed where the server is listened to after readings of these numbers. */
async function gapsAfter(...numbers: number[]): Promise<number> {
  const { events, gaps } = open()
  events.start("spc_1")
  for (const number of numbers) events.reading(Promise.resolve(number))
  await Promise.resolve()
  events.take({ type: "listening", id: "s1", number: 8 })
  return gaps()
}

test("it begins where it was left, takes each event once, and stands beyond what it may not see", () => {
  const kept = { spc_1: 5 }
  const { events, seen, gaps } = open(kept)
  events.start("spc_1")
  expect(events.ask("s1")).toMatchObject({ number: 5 })
  events.take({ type: "listening", id: "s1", number: 5 })
  events.take({ type: "happened", id: "s1", number: 9, events: [happened(6, "a.b"), happened(7, "a.b")] })
  events.take({ type: "happened", id: "s1", number: 10, events: [happened(7, "a.b"), happened(10, "a.b")] })
  expect(seen).toEqual([6, 7, 10])
  expect(kept.spc_1).toBe(10)
  expect(gaps()).toBe(0)
})

test("what may have been missed is told: at the first time, after a gap, and when numbers went back", () => {
  const { events, gaps } = open()
  events.start("spc_1")
  events.take({ type: "listening", id: "s1", number: 8 })
  expect(gaps()).toBe(1)
  events.take({ type: "gap", id: "s1", number: 20 })
  expect(gaps()).toBe(2)
  events.take({ type: "listening", id: "s2", number: 3 })
  expect(gaps()).toBe(3)
  expect(events.ask("s3")).toMatchObject({ number: 3 })
})

test("what was read with its number is not read again, unless something came after it", async () => {
  expect(await gapsAfter(8)).toBe(0)
  expect(await gapsAfter(9, 8)).toBe(0)
  expect(await gapsAfter(9, 7)).toBe(1)
})

test("a reading that comes after the server is listened to is of before what was heard, or not", async () => {
  const { events, gaps } = open()
  events.start("spc_1")
  const late = Promise.withResolvers<number>()
  const old = Promise.withResolvers<number>()
  const failed = Promise.withResolvers<number>()
  for (const { promise } of [late, old, failed]) events.reading(promise)
  events.take({ type: "listening", id: "s1", number: 8 })
  late.resolve(8)
  await Promise.resolve()
  expect(gaps()).toBe(0)
  events.take({ type: "happened", id: "s1", number: 9, events: [happened(9, "a.b")] })
  old.resolve(8)
  await Promise.resolve()
  expect(gaps()).toBe(1)
  failed.reject(new Error("away"))
  await new Promise((resolve) => setTimeout(resolve))
  expect(gaps()).toBe(2)
})

test("whoever signs in next hears of a space of their own", () => {
  const { events } = open({ spc_2: 4 })
  events.start("spc_1")
  events.take({ type: "listening", id: "s1", number: 8 })
  events.start("spc_2")
  expect(events.ask("s2")).toMatchObject({ number: 4 })
})

test("events make stale what they change, each query once", () => {
  const about = { conversation: "cnv_1" }
  const events = [
    happened(1, "message.added", about),
    happened(2, "message.added", about),
    happened(3, "answer.started", about),
    happened(4, "conversation.changed", {}, "cnv_2"),
    happened(5, "conversation.deleted", {}, "cnv_1"),
  ]
  const found = allStale(events).map((key) => key.join(" "))
  expect(found).toContain("conversation cnv_1")
  expect(found.filter((key) => key.startsWith("conversation cnv_1 "))).toEqual([])
  expect(found).toContain(keys.one("cnv_2").join(" "))
  expect(found).not.toContain(keys.messages("cnv_2").join(" "))
  expect(new Set(found).size).toBe(found.length)
})

test("answers that end elsewhere are announced until somebody looks", () => {
  const feed = createFinishedFeed()
  const ended = (number: number, conversation: string): SpaceEvent =>
    happened(number, "answer.ended", { conversation, branch: "brn_1", status: "failed" }, `msg_${number}`)
  feed.look("cnv_1")
  feed.take([ended(1, "cnv_1"), ended(2, "cnv_2"), happened(3, "message.added"), ended(4, "cnv_3")])
  expect(feed.view()).toMatchObject([{ messageId: "msg_2", status: "failed" }, { messageId: "msg_4" }])
  feed.look("cnv_2")
  feed.dismiss("msg_4")
  expect(feed.view()).toEqual([])
})
