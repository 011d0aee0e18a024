import { t } from "@lingui/core/macro"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BROWSER_PATH, NARROW, NO_BROWSER, openBrowser, type Visit, visit, WIDE } from "../browser/browser.ts"
import { FIREFOX_PATH, NO_FIREFOX, openFirefox } from "../browser/firefox.ts"
import type { Locale } from "@/lib/preferences"
import { answers, api, box, button, choose, ended, HOUSE, idIn, openList, say, speak, turns, write } from "./play.ts"

/** From the first run to a shared link, by one person in one sitting, in each browser, size and language. */

const BROWSERS = { chromium: { path: BROWSER_PATH, none: NO_BROWSER, open: openBrowser }, firefox: { path: FIREFOX_PATH, none: NO_FIREFOX, open: openFirefox } }
const SIZES = { 1440: WIDE, 390: NARROW }
const WAYS = (["chromium", "firefox"] as const).flatMap((name) =>
  ([1440, 390] as const).flatMap((size) => (["de", "ar"] as const).map((locale) => ({ name, size, locale }))),
)
/** Which of them are walked: their numbers. */
const CHOSEN = new Set((process.env["SALON_JOURNEY_WAYS"] ?? "").split(",").map(Number))

const OLD = "old-chats.json"
const said = (id: string, parent: string | null, children: string[], role: string, text: string): object => ({
  id,
  parent,
  children,
  message: { id, author: { role }, create_time: 1_700_000_000, content: { content_type: "text", parts: [text] }, metadata: {} },
})
const EXPORT = JSON.stringify([
  {
    title: "Lighthouses",
    create_time: 1_700_000_000,
    update_time: 1_700_000_100,
    conversation_id: "b7d6e1a0-0000-4000-8000-000000000001",
    current_node: "two",
    mapping: { one: said("one", null, ["two"], "user", "Who keeps the light?"), two: said("two", "one", [], "assistant", "A keeper, and later a clock.") },
  },
])

/** Choose the demo, and hear it for the first time. */
async function firstRun(page: Page): Promise<void> {
  await button(page, t`Open the demo`).click()
  await say(page, "demo:echo The heron waits")
  await page.waitForURL(/\/c\/cnv_/)
  await expect.poll(() => answers(page).last().textContent()).toContain("The heron waits")
  await ended(page)
}

async function stop(page: Page): Promise<void> {
  await say(page, "demo:words 500 demo:slow 40")
  await page.locator("[data-running] .md").waitFor()
  await button(page, t`Stop the answer`).first().click()
  await page.getByText(t`Stopped.`).waitFor()
  await ended(page)
}

/** What stands at the end of the page is what the house has, to the word. */
async function isWhole(page: Page): Promise<void> {
  const path = { conversation_id: idIn(page) }
  const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/messages", { params: { path } })
  const kept = data?.items.findLast(({ role }) => role === "assistant")?.content?.parts?.map((part) => part["text"]).join("") ?? "none"
  await expect.poll(async () => (await answers(page).last().innerText()).replace(/\s+/g, " ").trim()).toBe(kept.replace(/\s+/g, " ").trim())
}

/** Reload in the middle of an answer, with a second tab that sees it too. */
async function reloadInTwoTabs(page: Page): Promise<void> {
  const other = await page.context().newPage()
  await other.goto(page.url())
  await box(other).waitFor()
  await say(page, "demo:words 60 demo:slow 60")
  await expect.poll(async () => (await page.locator("[data-running] .md").textContent())?.split(" ").length ?? 0).toBeGreaterThan(4)
  await page.reload()
  await page.locator("[data-running] .md").waitFor()
  await Promise.all([ended(page), ended(other)])
  await isWhole(page)
  await isWhole(other)
  await say(other, "demo:echo From the other tab")
  await expect.poll(() => answers(page).last().textContent()).toContain("From the other tab")
  await other.close()
}

async function edit(page: Page): Promise<void> {
  const last = turns(page).nth(-2)
  await last.hover()
  await button(last, t`Edit`).click()
  await write(page.getByRole("textbox", { name: t`Edit the message` }), "demo:echo A heron at dusk")
  await turns(page).nth(-2).getByRole("button", { name: t`Send`, exact: true }).click()
  await expect.poll(() => answers(page).last().textContent()).toContain("A heron at dusk")
  const [at, all] = [2, 2]
  await page.getByText(t`${at} of ${all}`).waitFor()
  await ended(page)
}

/** Go back to the first answer and go on from there on a branch of its own. */
async function branch(page: Page): Promise<void> {
  const first = page.getByRole("article").filter({ hasText: "The heron waits" }).last()
  await first.hover()
  await button(first, t`Branch from here`).click()
  await page.waitForURL(/branch=/)
  await say(page, "demo:echo Another shore")
  await expect.poll(() => answers(page).last().textContent()).toContain("Another shore")
  await ended(page)
}

/** Two answers to the same words, side by side; one is gone on with. */
async function compare(page: Page): Promise<void> {
  await button(turns(page).last(), t`Regenerate`).click()
  await button(turns(page).last(), t`Side by side`).waitFor()
  await ended(page)
  await button(turns(page).last(), t`Side by side`).click()
  const lanes = page.getByRole("group", { name: t`Answers side by side` })
  await expect.poll(() => lanes.getByRole("article").count()).toBe(2)
  await button(lanes.getByRole("article").first(), t`Go on with this one`).click()
  await lanes.waitFor({ state: "detached" })
}

async function diff(page: Page): Promise<void> {
  const tree = page.getByRole("tree")
  if (!(await tree.isVisible())) await button(page, t`Show the inspector`).click()
  await tree.waitFor()
  await choose(page, button(page, t`What can be done with the branch`), t`Compare`)
  const dialog = page.getByRole("dialog", { name: t`Compare branches` })
  await dialog.getByText("Another shore").first().waitFor()
  await expect.poll(() => dialog.locator("ins, del").count()).toBeGreaterThan(0)
  await page.keyboard.press("Escape")
  await dialog.waitFor({ state: "detached" })
  await page.keyboard.press("Control+.")
  await tree.waitFor({ state: "detached" })
}

async function search(page: Page): Promise<void> {
  await page.goto(`${HOUSE}/search`)
  await write(page.getByRole("searchbox", { name: t`Search in what was said` }), "dusk")
  const hit = page.locator("[data-hit]").first()
  await expect.poll(() => hit.locator("mark").first().textContent(), { timeout: 30_000 }).toBe("dusk")
  await hit.click()
  await page.waitForURL(/\/c\/cnv_.*message=/)
  await turns(page).filter({ hasText: "A heron at dusk" }).first().waitFor()
}

/** Bring in what another program kept: looked at first, then taken in, then read. */
async function importOld(page: Page): Promise<void> {
  await openList(page)
  await choose(page, button(page, t`List and folders`), t`Import …`)
  const dialog = page.getByRole("dialog", { name: t`Import conversations` })
  await dialog.locator("input[type=file]").setInputFiles([{ name: OLD, mimeType: "application/json", buffer: Buffer.from(EXPORT) }])
  await button(dialog, t`Import`).click({ timeout: 30_000 })
  const fileName = OLD
  await dialog.getByText(t`${fileName} is imported.`).waitFor({ timeout: 30_000 })
  await dialog.getByRole("link", { name: "Lighthouses" }).click()
  await turns(page).filter({ hasText: "A keeper, and later a clock." }).waitFor()
}

async function share(page: Page, browser: Browser, locale: Locale): Promise<void> {
  const dialog = page.getByRole("dialog", { name: t`Share` })
  await choose(page, button(page, t`What can be done with the conversation`), t`Share`)
  await button(dialog, t`Make the link`).click()
  const link = await dialog.getByRole("textbox", { name: t`Link` }).inputValue()
  await dialog.getByRole("img", { name: t`The link as a QR code` }).waitFor()
  const stranger = await visit(browser, link, { locale })
  await stranger.page.getByText("A keeper, and later a clock.").waitFor()
  await stranger.close()
}

for (const name of ["chromium", "firefox"] as const) {
  const { path, none, open } = BROWSERS[name]
  const ways = WAYS.filter((way, number) => way.name === name && CHOSEN.has(number))
  if (ways.length === 0) continue
  describe.skipIf(path === null)(path === null ? none : name, () => {
    let browser: Browser
    let seen: Visit
    beforeAll(async () => {
      if (path !== null) browser = await open()
    })
    afterAll(() => browser?.close())

    test.for(ways)("from the first run to a shared link: $name, $size, $locale", { timeout: 180_000 }, async ({ size, locale }) => {
      await speak(locale)
      seen = await visit(browser, HOUSE, { viewport: SIZES[size], locale })
      const { page } = seen
      await firstRun(page)
      expect(await page.locator("html").getAttribute("dir")).toBe(locale === "ar" ? "rtl" : "ltr")
      await stop(page)
      await reloadInTwoTabs(page)
      await edit(page)
      await branch(page)
      await compare(page)
      await diff(page)
      await search(page)
      await importOld(page)
      await share(page, browser, locale)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(seen.complaints).toEqual([])
      await seen.close()
    })
  })
}
