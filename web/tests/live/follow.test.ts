import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { RunView } from "@/live/run-store"
import { type Asked, CASES, control, HOUSE, message, openTab, SCALE, SEED, send, type Tab } from "./house.ts"
import { dice, openWire, type Wire } from "./net.ts"

/** The stores of followed runs against a real house: each ends as the message that the API has, byte for byte. */

let wire: Wire
let tab: Tab
let roll: () => number
beforeAll(async () => {
  wire = await openWire(HOUSE)
})
beforeEach(() => {
  tab = openTab(wire.address)
  roll = dice(SEED)
  return () => tab.close()
})
afterAll(() => wire.close())

/** Follow to the end; `meanwhile` is done until then, again and again. */
async function follow(asked: Asked, meanwhile?: () => Promise<void>): Promise<RunView> {
  const store = tab.runs.of(asked.runId)
  const leave = store.subscribe(() => undefined)
  const isOver = (): boolean => store.view().phase === "ended"
  if (meanwhile) while (!isOver()) await meanwhile()
  await expect.poll(isOver, { timeout: 30_000 }).toBe(true)
  leave()
  return store.view()
}

async function expectTheMessage(asked: Asked, view: RunView): Promise<void> {
  const kept = await message(asked)
  expect(view.messageId).toBe(asked.messageId)
  expect(JSON.stringify(view.parts)).toBe(JSON.stringify(kept.content?.parts))
  expect(view.status).toBe(kept.status)
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test.each(CASES)("%s: what is followed is the message: %s", async (model, words) => {
  const asked = await send(words, model)
  await expectTheMessage(asked, await follow(asked))
})

test("networks that break at any time leave nothing out and nothing twice", async () => {
  for (let at = 0; at < 5 * SCALE; at += 1) {
    tab.close()
    tab = openTab(wire.address)
    const asked = await send(`${at} {{fake think=20;tokens=${40 + Math.floor(roll() * 160)};rate=150}}`)
    let cuts = 1 + Math.floor(roll() * 5)
    const view = await follow(asked, async () => {
      await wait(roll() * 400)
      if (cuts <= 0) return
      wire.cut()
      cuts -= 1
      await expect.poll(() => tab.connection.state().phase).not.toBe("open")
      if (roll() < 0.7) tab.connection.comeBack()
    })
    await expectTheMessage(asked, view)
  }
})

test("answers of a house that is killed are what it had said, and those of one that stops, too", async () => {
  for (let at = 0; at < SCALE; at += 1) {
    const several = [80, 120, 160].map((rate) => send(`{{fake tokens=2000;rate=${rate}}}`))
    const asked = await Promise.all(several)
    const followed = asked.map((one) => follow(one))
    const isUnderWay = (): boolean => asked.every((one) => tab.runs.of(one.runId).view().parts.length > 0)
    await expect.poll(isUnderWay).toBe(true)
    await wait(roll() * 500)
    await control(at % 2 === 0 ? "kill" : "stop")
    await control("start")
    const views = await Promise.all(followed)
    for (const [place, view] of views.entries()) {
      expect(view.status).toBe("interrupted")
      await expectTheMessage(asked[place] ?? asked[0]!, view)
    }
  }
})

test("who comes back long after the end gets the message, though its deltas are gone", async () => {
  const asked = await send("{{fake tokens=60;rate=100}}")
  const store = tab.runs.of(asked.runId)
  const leave = store.subscribe(() => undefined)
  await expect.poll(() => store.view().parts.length).toBe(1)
  wire.sever()
  const isCompacted = async (): Promise<boolean> => {
    const answer = await fetch(`${HOUSE}/salon/v1/runs/${asked.runId}`)
    const run: { compacted: boolean } = await answer.json()
    return run.compacted
  }
  await expect.poll(isCompacted, { timeout: 50_000, interval: 500 }).toBe(true)
  expect(store.view().parts).toHaveLength(1)
  wire.mend()
  await expect.poll(() => store.view().phase, { timeout: 30_000 }).toBe("ended")
  await expectTheMessage(asked, store.view())
  leave()
})

test("more runs than one socket takes are all followed to their ends", async () => {
  const asked: Awaited<ReturnType<typeof send>>[] = []
  // Some at a time: a connection that says nothing for ten seconds, because this machine is busy, is closed.
  for (let at = 0; at < 120; at += 20) {
    asked.push(...(await Promise.all(Array.from({ length: 20 }, (_, one) => send(`${at + one} {{fake tokens=3}}`)))))
  }
  const views = await Promise.all(asked.map((one) => follow(one)))
  expect(new Set(views.map((view) => view.messageId)).size).toBe(120)
  expect(views.every((view) => view.status === "complete")).toBe(true)
  expect(tab.codes).toEqual([])
})

test("stop reaches the run, and what was said stays", async () => {
  const asked = await send("{{fake tokens=2000;rate=100}}")
  const store = tab.runs.of(asked.runId)
  const leave = store.subscribe(() => undefined)
  await expect.poll(() => store.view().parts.length).toBe(1)
  expect(await tab.connection.stop(asked.runId)).toBe(true)
  await expect.poll(() => store.view().phase).toBe("ended")
  await expectTheMessage(asked, store.view())
  leave()
})
