import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser } from "../browser/browser.ts"
import { exfiltrations } from "../browser/markdown/exfiltration.ts"
import { dice } from "../live/net.ts"
import { api, fill, type Filled, HOUSE, openProvider } from "./fields.ts"
import { listen, type Listener, openWatch, type Watch } from "./watch.ts"

/**
 * Hostile texts in every field of a real house and on every page that shows it: nothing runs, nothing gets out.
 *
 * tests/web/test_hostile_page.py starts the house and says which part of the texts is the turn of this run.
 */

const LIST = join(process.env["SALON_SHARED"] ?? "", "suites/xss/xss-payload-list.txt")
const FRACTION = Number(process.env["SALON_HOSTILE_FRACTION"] ?? 0.02)
const LIMIT_MS = Number(process.env["SALON_HOSTILE_LIMIT_MS"] ?? 300_000)
const roll = dice(Number(process.env["SALON_HOSTILE_SEED"] ?? 1))
/** So many texts stand on one page. */
const A_PAGE = 40
const SETTINGS = ["gateway", "requests", "models", "providers", "routes", "files", "prompts", "data"]

let browser: Browser
let provider: Listener
let stranger: Listener
beforeAll(async () => {
  browser = await openBrowser()
  provider = await openProvider()
  stranger = await listen(() => ({ status: 200, body: "{}" }))
  const body = { kind: "openai-compatible", name: "hostile", base_url: `${provider.address}/v1`, models: ["one"], allow_private: true, headers: {}, options: {} }
  const { error } = await api.POST("/salon/v1/providers", { body })
  if (error) throw new Error(JSON.stringify(error))
})
afterAll(async () => {
  await browser.close()
  await Promise.all([provider.close(), stranger.close()])
})

/** The part of some texts whose turn it is: other ones with each seed, in a row. */
function some(texts: readonly string[], least: number): string[] {
  const count = Math.max(least, Math.round(texts.length * FRACTION))
  const start = FRACTION >= 1 ? 0 : Math.floor(roll() * texts.length)
  return Array.from({ length: Math.min(count, texts.length) }, (_, at) => texts[(start + at) % texts.length] ?? "")
}

/** Nothing of the page acts, nothing acted, and it is where it was. */
async function expectCalm(watch: Watch, address: string, texts: readonly string[]): Promise<void> {
  const found = await watch.findings()
  expect({ found, acts: watch.acts, heard: stranger.heard, at: watch.page.url().replace(/\?.*$/, ""), texts: found.length + watch.acts.length > 0 ? texts : [] }).toEqual({
    found: [], acts: [], heard: [], at: address.replace(/\?.*$/, ""), texts: [],
  })
}

/** Open what is folded and let diagrams and formulas be drawn. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll<HTMLElement>("[data-turn] [aria-expanded=false]:not([aria-haspopup])")) one.click()
  })
  await page.waitForFunction(() => document.querySelector('.md-diagram[data-drawn="false"]') === null, null, { timeout: 50_000 })
}

async function lookAround(watch: Watch, filled: Filled, texts: readonly string[]): Promise<void> {
  const { page } = watch
  for (const id of [filled.conversation, filled.failed]) {
    const address = `${HOUSE}/c/${id}`
    await page.goto(address)
    await page.locator("[data-turn]").last().waitFor()
    await unfold(page)
    await page.keyboard.press("Control+Period")
    await expectCalm(watch, address, texts)
    await page.locator(".turns").evaluate((one) => (one.scrollTop = 0))
    await page.locator("[data-turn]").first().waitFor()
    await unfold(page)
    await expectCalm(watch, address, texts)
  }
  await page.goto(`${HOUSE}/search?q=${encodeURIComponent("alert script http")}`)
  await page.getByRole("main").waitFor()
  await expectCalm(watch, `${HOUSE}/search`, texts)
  for (const place of SETTINGS) {
    await page.goto(`${HOUSE}/settings/${place}`)
    await page.locator("h1, h2").first().waitFor()
    await page.waitForLoadState("networkidle")
    await expectCalm(watch, `${HOUSE}/settings/${place}`, texts)
  }
  await page.goto(HOUSE)
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("/")
  await page.keyboard.press("Control+k")
  await page.waitForLoadState("networkidle")
  await expectCalm(watch, `${HOUSE}/`, texts)
  await page.goto(filled.share)
  await page.locator("article").first().waitFor()
  await expectCalm(watch, filled.share, texts)
}

async function tryAll(texts: readonly string[]): Promise<void> {
  const watch = await openWatch(browser, HOUSE)
  for (let from = 0; from < texts.length; from += A_PAGE) {
    const part = texts.slice(from, from + A_PAGE)
    const filled = await fill(part, provider.address)
    await lookAround(watch, filled, part)
    await filled.clear()
  }
  await watch.close()
}

const HAS_LIST = existsSync(LIST)
const NO_LIST = "no list of payloads (set SALON_SHARED to the folder with suites/xss)"

test.skipIf(!HAS_LIST)(`6,613 payloads in every field and on every page run nothing${HAS_LIST ? "" : `: ${NO_LIST}`}`, { timeout: LIMIT_MS }, async () => {
  const payloads = readFileSync(LIST, "utf8").replaceAll("\0", "").split("\n").filter((line) => line !== "")
  expect(payloads.length).toBeGreaterThanOrEqual(6600)
  const tried = some(payloads, A_PAGE)
  await tryAll(tried)
  process.stdout.write(`payloads: ${tried.length} tried\n`)
})

test("hundreds of outputs that mean to carry something out carry nothing out", { timeout: LIMIT_MS }, async () => {
  const texts = exfiltrations(stranger.address)
  expect(texts.length).toBeGreaterThanOrEqual(300)
  const tried = some(texts, A_PAGE)
  await tryAll(tried)
  process.stdout.write(`outputs: ${tried.length} tried\n`)
})

test("an image of a stranger is asked of the house when a person wants it, and never of the stranger by the browser", async () => {
  const filled = await fill([`![A chart](${stranger.address}/chart.png?d=secret)`], provider.address)
  const watch = await openWatch(browser, HOUSE, { keepsApp: false })
  const asked: string[] = []
  watch.page.on("request", (request) => request.url().endsWith("/foreign-pictures") && asked.push(request.postData() ?? ""))
  await watch.page.goto(`${HOUSE}/c/${filled.conversation}`)
  const button = watch.page.getByRole("button", { name: "Load image" }).last()
  await button.waitFor()
  expect([asked, stranger.heard]).toEqual([[], []])
  await button.click()
  // The stranger is on this very machine, where nothing that a text names may be asked.
  await watch.page.getByText("The image could not be loaded.").first().waitFor()
  expect([asked.length, stranger.heard, watch.acts]).toEqual([1, [], []])
  const picture = Buffer.from("R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "base64")
  await watch.page.route("**/foreign-pictures", (route) => route.fulfill({ status: 200, contentType: "image/webp", body: picture }))
  await button.click()
  await watch.page.locator('img[src^="blob:"][alt="A chart"]').first().waitFor()
  expect([stranger.heard, watch.acts]).toEqual([[], []])
  await watch.close()
  await filled.clear()
})
