import { t } from "@lingui/core/macro"
import type { Browser, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { NARROW, openBrowser, type Visit, visit } from "../browser/browser.ts"
import { api, begin, button, ended, hold, HOUSE, openList, say, settle, speak, turns } from "./play.ts"

/** What a mouse drags, done with a finger: sorting conversations, the queue and versions; and what lies over the page. */

let browser: Browser
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
})
afterAll(() => browser.close())

const SAID = [{ text: "Who keeps the light?" }, { model: "demo", text: "A keeper, and later a clock." }]
const onPhone = (address: string): Promise<Visit> => visit(browser, address, { viewport: NARROW, hasTouch: true, isMobile: true })

/** Move a finger over the page. */
async function swipe(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const steps = 12
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [from] })
  for (let step = 1; step <= steps; step += 1) {
    const part = step / steps
    const touchPoints = [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }]
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints })
    await page.evaluate(() => new Promise((done) => void requestAnimationFrame(done)))
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] })
}

/** Fingers need 44 px. */
async function large(what: Locator): Promise<Locator> {
  const at = await what.boundingBox()
  expect(Math.min(at?.width ?? 0, at?.height ?? 0)).toBeGreaterThanOrEqual(44)
  return what
}

const folderOf = async (id: string): Promise<string | null | undefined> =>
  (await api.GET("/salon/v1/conversations/{conversation_id}", { params: { path: { conversation_id: id } } })).data?.folder_id

test("a conversation goes into a folder by its menu, and several that are held", async () => {
  const [one, two, three] = [await begin("By its menu", SAID), await begin("Held first", SAID), await begin("Held second", SAID)]
  const { data: folder } = await api.POST("/salon/v1/folders", { body: { name: "For fingers" } })
  const { page, complaints, close } = await onPhone(`${HOUSE}/c/${one}`)
  await turns(page).last().waitFor()
  await openList(page)
  const row = (id: string): Locator => page.locator("[data-pane=sidebar] .group\\/row").filter({ has: page.locator(`[data-row="${id}"]`) })
  await row(one).waitFor()
  await settle(page)
  await (await large(button(row(one), t`What can be done`))).tap()
  await (await large(page.getByRole("menuitem", { name: t`Move to a folder …`, exact: true }))).tap()
  const dialog = page.getByRole("dialog", { name: t`Move to a folder` })
  await (await large(dialog.getByText("For fingers", { exact: true }).locator("xpath=ancestor-or-self::*[@role='option' or @role='treeitem' or self::button or self::label][1]"))).tap()
  await expect.poll(() => folderOf(one)).toBe(folder?.id)
  await dialog.waitFor({ state: "detached" })
  await hold(page, row(two).getByRole("link"))
  await row(two).getByText(t`selected`).waitFor({ state: "attached" })
  await row(three).getByRole("link").tap()
  await button(page, t`Move to a folder …`).or(button(page, t`Move to a folder`)).first().tap()
  await page.getByRole("dialog", { name: t`Move to a folder` }).getByText("For fingers", { exact: true }).tap()
  await expect.poll(async () => [await folderOf(two), await folderOf(three)]).toEqual([folder?.id, folder?.id])
  expect(complaints).toEqual([])
  await close()
})

test("waiting messages change places by buttons that fingers hit", async () => {
  const { page, complaints, close } = await onPhone(`${HOUSE}/c/${await begin("In line")}`)
  await say(page, "demo:words 600 demo:slow 40")
  await button(page, t`Stop the answer`).first().waitFor()
  const rows = page.getByRole("region", { name: t`Waiting messages` }).getByRole("listitem")
  for (const words of ["First in line", "Second in line", "Third in line"]) {
    await say(page, words)
    await rows.filter({ hasText: words }).waitFor()
  }
  await (await large(button(rows.nth(2), t`Move up`))).tap()
  await expect.poll(() => rows.allInnerTexts()).toEqual(["First in line", "Third in line", "Second in line"])
  // The words themselves are seen beside so many buttons.
  expect((await rows.nth(0).getByText("First in line").boundingBox())?.width).toBeGreaterThan(60)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  for (const _ of [1, 2, 3]) await button(rows.first(), t`Do not send`).tap()
  await rows.first().waitFor({ state: "detached" })
  await button(page, t`Stop the answer`).first().tap()
  await ended(page)
  expect(complaints).toEqual([])
  await close()
})

test("versions are turned over with a finger, and by their names", async () => {
  const id = await begin("Turned over", SAID.slice(0, 1))
  const path = { conversation_id: id }
  const { data } = await api.POST("/salon/v1/conversations/{conversation_id}/send", { params: { path }, body: { text: "demo:echo Both of you", models: ["demo", "fake"] } })
  expect(data?.answers.length).toBe(2)
  const { page, close } = await onPhone(`${HOUSE}/c/${id}`)
  await ended(page)
  await button(page, t`Side by side`).tap()
  const pages = page.getByRole("group", { name: t`Answers`, exact: true }).getByRole("button")
  await pages.first().waitFor()
  expect(await pages.first().getAttribute("aria-current")).toBe("true")
  await settle(page)
  expect(await page.locator(".turns").evaluate((column) => column.scrollWidth - column.clientWidth)).toBe(0)
  const at = await page.getByRole("group", { name: t`Answers side by side` }).getByRole("article").first().boundingBox()
  const y = (at?.y ?? 300) + Math.min(80, (at?.height ?? 0) / 2)
  await swipe(page, { x: 320, y }, { x: 40, y })
  await expect.poll(() => pages.nth(1).getAttribute("aria-current")).toBe("true")
  await (await large(pages.first())).tap()
  await expect.poll(() => pages.first().getAttribute("aria-current")).toBe("true")
  await close()
})

test("the list, a sheet and the inspector close with a tap beside them, and leave the page as it was", async () => {
  const id = await begin("Over the page", SAID)
  const { page, complaints, close } = await onPhone(`${HOUSE}/c/${id}`)
  await turns(page).last().waitFor()
  await openList(page)
  const list = page.locator("[data-pane=sidebar]")
  await list.waitFor()
  await page.touchscreen.tap(NARROW.width - 10, 300)
  await list.waitFor({ state: "detached" })
  await button(page, t`Show the inspector`).tap()
  const inspector = page.getByRole("complementary", { name: t`Inspector` })
  await inspector.waitFor()
  await settle(page)
  await page.touchscreen.tap(195, 60)
  await inspector.waitFor({ state: "detached" })
  await openList(page)
  const row = page.locator("[data-pane=sidebar] .group\\/row").filter({ has: page.locator(`[data-row="${id}"]`) })
  await button(row, t`What can be done`).tap()
  await page.getByRole("menuitem", { name: t`Move to a folder …`, exact: true }).tap()
  const sheet = page.getByRole("dialog", { name: t`Move to a folder` })
  await sheet.waitFor()
  await settle(page)
  const top = await sheet.boundingBox()
  // A sheet: at the bottom, as wide as the page.
  expect([Math.round((top?.y ?? 0) + (top?.height ?? 0)), top?.width]).toEqual([NARROW.height, NARROW.width])
  await page.touchscreen.tap(195, (top?.y ?? 100) / 2)
  await sheet.waitFor({ state: "detached" })
  expect(complaints).toEqual([])
  await close()
})
