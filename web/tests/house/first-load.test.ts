import createClient from "openapi-fetch"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { paths } from "@/api/schema"
import { openBrowser, WIDE } from "../browser/browser.ts"

/** What a browser that was never here asks of a real house, until the page is whole and quiet. */

const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
/** The page's own files, what it asks the house, and its socket. */
const MOST_REQUESTS = 15
/** What is asked for anew after this long is asked for every few seconds, on a page that has been quiet before. */
const AGAIN_MS = 2_500
/** As they come, with what the server says of them. */
const MOST_SCRIPT_BYTES = 150_000

let browser: Browser
let id = ""
beforeAll(async () => {
  browser = await openBrowser()
  const api = createClient<paths>({ baseUrl: HOUSE })
  const { data } = await api.POST("/salon/v1/conversations", { body: { title: "A talk" } })
  id = data?.id ?? ""
  const messages = [
    { role: "user" as const, text: "A question" },
    { role: "assistant" as const, author: { kind: "model" as const, name: "one" }, text: "An **answer** with a [link](https://example.com)." },
  ]
  const params = { path: { conversation_id: id } }
  await api.POST("/salon/v1/conversations/{conversation_id}/messages", { params, body: { messages } })
})
afterAll(() => browser.close())

async function opened(): Promise<{ page: Page; close: () => Promise<void> }> {
  const context = await browser.newContext({ viewport: WIDE, locale: "de-DE" })
  return { page: await context.newPage(), close: () => context.close() }
}

test.each(["the start", "a conversation"])("the first load of %s is small", async (what) => {
  const { page, close } = await opened()
  const session = await page.context().newCDPSession(page)
  await session.send("Network.enable")
  const asked: string[] = []
  const since = new Map<string, number>()
  const scripts = new Set<string>()
  let bytes = 0
  session.on("Network.requestWillBeSent", ({ request }) => {
    const { protocol, pathname, search } = new URL(request.url)
    const first = since.get(pathname + search) ?? Date.now()
    since.set(pathname + search, first)
    if (protocol.startsWith("http") && Date.now() - first < AGAIN_MS) asked.push(pathname)
  })
  session.on("Network.webSocketCreated", ({ url }) => void asked.push(new URL(url).pathname))
  session.on("Network.responseReceived", ({ requestId, type }) => void (type === "Script" && scripts.add(requestId)))
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  await page.goto(what === "the start" ? HOUSE : `${HOUSE}/c/${id}`)
  await page.getByRole("textbox", { name: "Nachricht", exact: true }).waitFor()
  if (what !== "the start") await page.getByText("An answer with a link.").waitFor()
  await page.waitForLoadState("networkidle")
  expect(bytes, asked.join("\n")).toBeLessThanOrEqual(MOST_SCRIPT_BYTES)
  expect(asked.length, asked.join("\n")).toBeLessThanOrEqual(MOST_REQUESTS)
  expect(bytes).toBeGreaterThan(0)
  await close()
})

test.each(["the start", "a conversation"])("what is typed at %s before the app is alive is in the box once it is", async (what) => {
  const { page, close } = await opened()
  const { promise: isHeld, resolve: release } = Promise.withResolvers<void>()
  await page.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
    await isHeld
    await route.continue()
  })
  await page.goto(what === "the start" ? HOUSE : `${HOUSE}/c/${id}`, { waitUntil: "commit" })
  const early = page.locator("#early-box")
  await early.pressSequentially("Written early")
  expect(await early.getAttribute("aria-label")).toBe("Nachricht schreiben")
  release()
  const box = page.getByRole("textbox", { name: "Nachricht", exact: true })
  await expect.poll(() => box.inputValue()).toBe("Written early")
  expect(await early.count()).toBe(0)
  await page.keyboard.type(", and on")
  expect(await box.inputValue()).toBe("Written early, and on")
  await close()
})

test.each(["the start", "a conversation"])("what is typed and sent at %s before the app is alive is sent once it is", async (what) => {
  const { page, close } = await opened()
  const { promise: isHeld, resolve: release } = Promise.withResolvers<void>()
  await page.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
    await isHeld
    await route.continue()
  })
  await page.goto(what === "the start" ? HOUSE : `${HOUSE}/c/${id}`, { waitUntil: "commit" })
  const early = page.locator("#early-box")
  await early.pressSequentially(`Sent early at ${what}`)
  await early.press("Enter")
  release()
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByRole("article").filter({ hasText: `Sent early at ${what}` }).first().waitFor()
  expect(await page.getByRole("textbox", { name: "Nachricht", exact: true }).inputValue()).toBe("")
  await close()
})

test("what is sent while the models are not known yet is sent once they are", async () => {
  const { page, close } = await opened()
  const { promise: isHeld, resolve: release } = Promise.withResolvers<void>()
  await page.route(/\/v1\/models/, async (route) => {
    await isHeld
    await route.continue()
  })
  await page.goto(HOUSE)
  const box = page.getByRole("textbox", { name: "Nachricht", exact: true })
  await box.fill("Sent in haste")
  await box.press("Enter")
  release()
  await page.getByRole("article").filter({ hasText: "Sent in haste" }).first().waitFor()
  await close()
})

test("no box stands early where none will be", async () => {
  const { page, close } = await opened()
  await page.goto(`${HOUSE}/search`)
  expect(await page.locator("#early-box").count()).toBe(0)
  await page.goto(`${HOUSE}/c/cnv_nowhere`)
  await page.getByRole("alert").waitFor()
  await expect.poll(() => page.locator("#early-box").count()).toBe(0)
  await close()
})
