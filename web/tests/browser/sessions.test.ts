import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { BROWSER_PATH, NO_BROWSER, openBrowser, visit } from "./browser.ts"
import { type House, openHouse } from "./house.ts"

let browser: Browser
let house: House
beforeAll(async () => {
  if (BROWSER_PATH === null) return
  browser = await openBrowser()
  house = await openHouse()
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
})

/** The page has the focus in its field once it is there; what is done before that would lose it again. */
async function whenReady(page: Page): Promise<void> {
  const field = page.getByRole("searchbox", { name: "Search in what was said" })
  await field.waitFor()
  await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true)
}

describe.skipIf(BROWSER_PATH === null)(BROWSER_PATH === null ? NO_BROWSER : "the list of conversations", () => {
  beforeEach(() => {
    house.state.mode = "ready"
    house.state.changes = []
  })

  test("conversations stand below their day, and the list is one tab stop with arrows and letters", async () => {
    const { page, close } = await visit(browser, `${house.address}/search`)
    await whenReady(page)
    const list = page.getByRole("list", { name: "Conversations" })
    await list.getByRole("link", { name: /Incident runbook/ }).waitFor()
    const shown = await list.getByRole("listitem").allInnerTexts()
    expect(shown.map((text) => text.split("\n")[0])).toEqual([
      "Pinned", "Incident runbook", "Today", "Gateway cost review", "Reading list", "Earlier", "Onboarding notes",
    ])
    expect(await list.locator("a[tabindex='0']").count()).toBe(1)
    await list.getByRole("link", { name: /Incident runbook/ }).focus()
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-row"))
    await page.keyboard.press("ArrowDown")
    await expect.poll(focused).toBe("cnv_cost")
    await page.keyboard.press("o")
    await expect.poll(focused).toBe("cnv_old")
    await close()
  })

  test("of 200 conversations only some are drawn, and the end is reached by its key", async () => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, `${house.address}/search`)
    await whenReady(page)
    const list = page.getByRole("list", { name: "Conversations" })
    await list.getByRole("link", { name: "Number 0", exact: false }).first().focus()
    expect(await list.getByRole("link").count()).toBeLessThan(100)
    await page.keyboard.press("End")
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-row"))).toBe("cnv_199")
    await close()
  })

  test("a search shows what fits with its marks, and opens the message on its branch", async () => {
    const { page, close } = await visit(browser, `${house.address}/search?q=otter`)
    const hit = page.getByRole("list", { name: "Messages that fit" }).getByRole("link")
    await hit.waitFor()
    expect(await hit.locator("mark").innerText()).toBe("otter")
    expect(await hit.getAttribute("href")).toBe("/c/cnv_cost?message=msg_1&branch=brn_other")
    await page.getByRole("searchbox", { name: "Search in what was said" }).focus()
    await page.keyboard.press("ArrowDown")
    await expect.poll(() => hit.evaluate((link) => link === document.activeElement)).toBe(true)
    await close()
  })

  test("folders are a tree that opens and closes with the arrows", async () => {
    const { page, close } = await visit(browser, `${house.address}/search`)
    await whenReady(page)
    const trips = page.getByRole("treeitem", { name: /Trips/ })
    await trips.focus()
    await page.keyboard.press("ArrowRight")
    await page.getByRole("treeitem", { name: /Zurich/ }).waitFor()
    expect(await trips.getAttribute("aria-expanded")).toBe("true")
    await page.keyboard.press("ArrowLeft")
    await expect.poll(() => page.getByRole("treeitem").count()).toBe(1)
    await close()
  })

  test("the menu of the lowest row stays within the window, and opens at its row", async () => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, `${house.address}/search`)
    await whenReady(page)
    const rows = page.locator("[data-row]")
    await rows.first().waitFor()
    const low = page.locator("[data-row]").filter({ visible: true })
    const boxes = await low.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom))
    const lowest = boxes.findLastIndex((bottom) => bottom < 740)
    await low.nth(lowest).click({ button: "right" })
    const menu = page.getByRole("menu")
    await menu.getByRole("menuitem", { name: "Delete" }).waitFor()
    const [box, row] = [await menu.boundingBox(), await low.nth(lowest).boundingBox()]
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(Math.max(900, row?.y ?? 0))
    expect(box?.y).toBeGreaterThan(0)
    await close()
  })

  test("a range is chosen with Shift, shrinks again, and begins anew once all is let go", async () => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, `${house.address}/search`)
    await whenReady(page)
    const row = (at: number) => page.locator(`[data-row="cnv_${at}"]`)
    const chosen = () =>
      page.locator("[data-row]").filter({ hasText: "selected" }).evaluateAll((all) => all.map((one) => one.getAttribute("data-row")?.slice(4)).join(" "))
    // A row that moves between press and release of the pointer is not clicked.
    await page.waitForLoadState("networkidle")
    await row(2).click({ modifiers: ["Control"] })
    await expect.poll(chosen).toBe("2")
    await row(5).click({ modifiers: ["Shift"] })
    await expect.poll(chosen).toBe("2 3 4 5")
    await row(3).click({ modifiers: ["Shift"] })
    await expect.poll(chosen).toBe("2 3")
    await page.keyboard.press("Escape")
    await expect.poll(chosen).toBe("")
    await row(7).focus()
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowUp")
    await expect.poll(chosen).toBe("7 8")
    await close()
  })

  test("on a page from right to left names in other letters begin at its right", async () => {
    const { page, close } = await visit(browser, `${house.address}/search`, { locale: "ar" })
    const name = page.locator("[data-row]").getByText("Incident runbook")
    await name.waitFor()
    expect(await name.evaluate((one) => [getComputedStyle(one).direction, getComputedStyle(one).textAlign])).toEqual(["ltr", "right"])
    await close()
  })
})
