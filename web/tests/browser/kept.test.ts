import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BROWSER_PATH, NO_BROWSER, openBrowser, visit } from "./browser.ts"
import { openHouse } from "./house.ts"

/** The app that is kept in the browser: it holds no answer of the server, goes with the session, and hears of newer builds. */

let browser: Browser
beforeAll(async () => {
  if (BROWSER_PATH !== null) browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
})

describe.skipIf(BROWSER_PATH === null)(BROWSER_PATH === null ? NO_BROWSER : "the app that is kept", () => {
  test("it keeps what it is made of, and no answer of the server", async () => {
    const house = await openHouse()
    const { page, close } = await visit(browser, `${house.address}/settings/appearance`)
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state)
    await expect.poll(() => page.evaluate(() => caches.keys())).toHaveLength(1)
    const kept = await page.evaluate(async () => {
      const [name = ""] = await caches.keys()
      return (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)
    })
    expect(kept).toContain("/")
    expect(kept.filter((path) => path.startsWith("/salon") || path.startsWith("/v1"))).toEqual([])
    await close()
    await house.close()
  })

  test("signing out takes it along", async () => {
    const house = await openHouse()
    const { page, close } = await visit(browser, `${house.address}/settings/data`)
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state)
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.getByRole("heading", { name: "Sign in with a one-time link" }).waitFor()
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([])
    const left = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)
    expect(left).toBe(0)
    await close()
    await house.close()
  })

  test("a newer build on the server is offered, not forced", async () => {
    const house = await openHouse()
    const { page, close } = await visit(browser, `${house.address}/usage/none`)
    await page.getByRole("navigation", { name: "Places", exact: true }).waitFor()
    house.state.isUpgraded = true
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")))
    await page.getByText("A new version of this page is there.").waitFor()
    await page.getByRole("button", { name: "Load it" }).waitFor()
    await close()
    await house.close()
  })
})
