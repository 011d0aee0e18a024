import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BROWSER_PATH, NO_BROWSER, openBrowser, WIDE } from "./browser.ts"
import { openHouse } from "./house.ts"

/** The first thing that one sees: a box to write in, or who is to answer, and never one for the other. */

let browser: Browser
beforeAll(async () => {
  if (BROWSER_PATH !== null) browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
})

describe.skipIf(BROWSER_PATH === null)(BROWSER_PATH === null ? NO_BROWSER : "the start", () => {
  test("a new house asks who is to answer, without a box before that", async () => {
    const house = await openHouse()
    house.state.mode = "empty"
    const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
    await context.addInitScript(() => {
      new MutationObserver(() => {
        if (document.getElementById("message-box") !== null) Reflect.set(globalThis, "hadBox", true)
      }).observe(document, { childList: true, subtree: true })
    })
    const page = await context.newPage()
    await page.goto(house.address)
    await page.getByText("Who is to answer?").waitFor()
    expect(await page.evaluate(() => Reflect.get(globalThis, "hadBox"))).toBeUndefined()
    await expect.poll(() => page.locator("#early-box").count()).toBe(0)
    await context.close()
    await house.close()
  })

  test("where somebody answered before, the box waits for nobody", async () => {
    const house = await openHouse()
    const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
    const page = await context.newPage()
    await page.goto(house.address)
    const box = page.getByRole("textbox", { name: "Message", exact: true })
    await box.waitFor()
    house.state.mode = "slow"
    await page.reload()
    await box.waitFor()
    await context.close()
    await house.close()
  })
})
