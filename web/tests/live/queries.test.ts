import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { openBrowser } from "../browser/browser.ts"
import { api, begin, HOUSE, MODEL } from "./house.ts"
import { openWire, type Wire } from "./net.ts"
import { livePages, openTab } from "./page.ts"

/** What pages show of a conversation: a window over many messages that stays as the space is. */

const MANY = 900

let browser: Browser
let wire: Wire
let profile: BrowserContext
let page: Page
let long: string
beforeAll(async () => {
  browser = await openBrowser()
  wire = await openWire(HOUSE, await livePages())
  long = await begin()
  for (let at = 0; at < MANY; at += 100) await append(long, 100)
})
beforeEach(async () => {
  profile = await browser.newContext()
  page = await openTab(profile, wire.address)
  // It listens: what is read from now on is not read anew.
  await expect.poll(() => page.evaluate(() => sessionStorage.length)).toBe(1)
  return () => profile.close()
})
afterAll(async () => {
  await browser.close()
  await wire.close()
})

async function append(id: string, count: number): Promise<string[]> {
  const messages = Array.from({ length: count }, (_, at) => ({ text: `${at}` }))
  const path = { conversation_id: id }
  const call = api.POST("/salon/v1/conversations/{conversation_id}/messages", { params: { path }, body: { messages } })
  return (await call).data?.messages.map((message) => message.id) ?? []
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

test("a window opens at the end, goes up to the beginning and holds no more than it shows", async () => {
  const seen = await page.evaluate(async (id) => {
    const pages = watch(id)
    while (pages.state().isFetching) await new Promise((resolve) => setTimeout(resolve, 5))
    const first = pages.state()
    while (pages.state().hasPreviousPage) await pages.older()
    const top = pages.state()
    while (pages.state().hasNextPage) await pages.newer()
    return [first, top, pages.state()]
  }, long)
  expect(seen[0]?.depths).toEqual(range(MANY - 40, MANY))
  expect(seen[1]?.depths).toEqual(range(0, 760))
  expect(seen[1]?.isAtEnd).toBe(false)
  expect(seen[2]?.depths).toEqual(range(160, MANY))
  expect(seen[2]).toMatchObject({ isAtEnd: true, pages: 8 })
})

test("a window opens around any message", async () => {
  const params = { path: { conversation_id: long }, query: { limit: 200 } }
  const call = api.GET("/salon/v1/conversations/{conversation_id}/messages", { params })
  const anchorId = (await call).data?.items[0]?.id ?? ""
  const seen = await page.evaluate(
    async ([id, anchor]) => {
      const pages = watch(id, { anchorId: anchor })
      while (pages.state().isFetching) await new Promise((resolve) => setTimeout(resolve, 5))
      await pages.newer()
      await pages.older()
      return pages.state().depths
    },
    [long, anchorId] as const,
  )
  expect(seen).toEqual(range(MANY - 339, MANY - 99))
})

test("what others say comes to the end of a window, asked for alone", async () => {
  const id = await begin()
  await append(id, 60)
  await page.evaluate((key) => Object.assign(globalThis, { seen: watch(key) }), id)
  const seen = () => page.evaluate(() => Reflect.get(globalThis, "seen").state().depths.at(-1))
  await expect.poll(seen).toBe(59)
  const asked: string[] = []
  page.on("request", (request) => asked.push(new URL(request.url()).search))
  await append(id, 3)
  await expect.poll(seen).toBe(62)
  expect(asked.findLast((query) => query.includes("limit=100"))).toContain("after=")
})

test("what is said is shown at once and all the time under one key, and its answer never goes away", async () => {
  const id = await begin()
  const shown = await page.evaluate(
    async ([key, model]) => {
      const pages = watch(key)
      const isQuiet = () => !pages.state().isFetching
      while (!isQuiet()) await new Promise((resolve) => setTimeout(resolve, 5))
      for (const text of ["one {{fake tokens=20;rate=200}}", "two {{fake tokens=5}}"]) {
        const before = pages.state().depths.length
        await live.outbox.add(acts.send(key, { text, model })).answer
        while (pages.state().depths.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return pages.shown
    },
    [id, MODEL] as const,
  )
  const last = shown.at(-1) ?? []
  expect(last).toHaveLength(4)
  expect(last[0]).toMatch(/^web_/)
  // Each list begins with the one before: nothing that was shown ever went away, moved, or came twice.
  for (const [at, list] of shown.entries()) expect(last.slice(0, list.length), `list ${at}`).toEqual(list)
})
