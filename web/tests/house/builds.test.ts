import { t } from "@lingui/core/macro"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"
import { type Door, openDoor } from "./door.ts"
import { begin, box, button, HOUSE, speak, turns, write } from "./play.ts"

/** The page as what a browser keeps and installs: newer builds of it, and starting without the house. */

let browser: Browser
let door: Door
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  door = await openDoor(HOUSE)
})
afterEach(() => door.close())

const SAID = [{ text: "Who keeps the light?" }, { model: "demo", text: "A keeper, and later a clock." }]
const entry = (page: Page): Promise<string> => page.locator("script[type=module]").evaluate((script: HTMLScriptElement) => script.src)
const unsentFile = (page: Page) => button(page, t`Take ${"notes.txt"} away`)

/** Wait until the app is kept in the browser. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

async function attach(page: Page): Promise<void> {
  await box(page).evaluate((field) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(["hello"], "notes.txt", { type: "text/plain" }))
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
  })
  await unsentFile(page).waitFor()
}

test("a newer build is told of, and loading it keeps what was written, to the last letter", async () => {
  const { page, complaints, close } = await visit(browser, `${door.address}/c/${await begin("Upgraded", SAID)}`)
  await kept(page)
  const old = await entry(page)
  await write(box(page), "Written before")
  await attach(page)
  door.state.isNewer = true
  // As when one comes back to the tab.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")))
  await page.getByText(t`A new version of this page is there. What you have written is kept.`).waitFor()
  await box(page).press("End")
  await box(page).pressSequentially(" and after")
  await button(page, t`Load it`).click()
  await expect.poll(() => entry(page).catch(() => old)).not.toBe(old)
  await expect.poll(() => box(page).inputValue()).toBe("Written before and after")
  await unsentFile(page).waitFor()
  await expect.poll(() => page.evaluate(() => caches.keys())).toEqual(["salon-shell-newer000"])
  expect(await page.getByText(t`A new version of this page is there. What you have written is kept.`).count()).toBe(0)
  expect(complaints).toEqual([])
  await close()
})

test("an old page goes on beside a newer one, and what it cannot load any more is mended by loading it", async () => {
  const id = await begin("Left open", SAID)
  const { page, close } = await visit(browser, `${door.address}/c/${id}`)
  await kept(page)
  await turns(page).last().getByText("A keeper, and later a clock.").waitFor()
  await write(box(page), "Still to be said")
  door.state.isNewer = true
  // Another tab takes the newer build, and what was kept of this one goes.
  const other = await page.context().newPage()
  await other.goto(`${door.address}/c/${id}`)
  await expect.poll(() => box(other).inputValue()).toBe("Still to be said")
  await expect.poll(() => other.evaluate(() => caches.keys())).toEqual(["salon-shell-newer000"])
  await other.close()
  await page.getByRole("link", { name: t`Usage`, exact: true }).click()
  const again = button(page, t`Load the page again`)
  await again.waitFor()
  await again.click()
  await page.getByRole("heading", { name: t`Usage`, exact: true }).first().waitFor()
  await page.goBack()
  await expect.poll(() => box(page).inputValue()).toBe("Still to be said")
  await close()
})

test("it can be installed: its manifest names it, its icons are what they say, and it begins where it is served", async () => {
  const { page, close } = await visit(browser, `${door.address}/`)
  await kept(page)
  const session = await page.context().newCDPSession(page)
  const { url, errors, data = "" } = await session.send("Page.getAppManifest")
  expect(errors).toEqual([])
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors")
  // A profile of tests is a private window, in which nothing can be installed.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([])
  const manifest: { name: string; start_url: string; scope: string; id: string; icons: { src: string; sizes: string; type: string; purpose?: string }[] } = JSON.parse(data)
  expect(manifest.name).toBe("Salon")
  const root = `${door.address}/`
  expect([manifest.start_url, manifest.scope].map((one) => new URL(one, url).href)).toEqual([root, root])
  expect(manifest.icons.map(({ purpose }) => purpose ?? "any").toSorted()).toEqual(["any", "any", "maskable"])
  const sizes = await page.evaluate(
    (addresses) =>
      Promise.all(
        addresses.map(async (address) => {
          const image = await createImageBitmap(await (await fetch(address)).blob())
          return `${image.width}x${image.height}`
        }),
      ),
    manifest.icons.map(({ src }) => new URL(src, url).href),
  )
  expect(sizes).toEqual(manifest.icons.map((icon) => icon.sizes))
  const worker = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    return { scope: registration.scope, script: navigator.serviceWorker.controller?.scriptURL }
  })
  expect(worker).toEqual({ scope: root, script: `${root}sw.js` })
  await close()
})

test("without the house it opens with a line that says so, and goes on by itself when it is back", async () => {
  const id = await begin("Out of reach", SAID)
  const { page, close } = await visit(browser, `${door.address}/c/${id}`)
  await kept(page)
  await write(box(page), "Kept at sea")
  await page.goto(`${door.address}/`)
  await box(page).waitFor()
  door.state.isShut = true
  door.cut()
  await page.goto(`${door.address}/`)
  await page.getByText(t`Salon cannot be reached.`).waitFor()
  await write(box(page), "Begun at sea")
  await page.goto(`${door.address}/c/${id}`)
  await page.getByText(t`The server cannot be reached`).waitFor()
  await page.getByText(t`It is asked again as soon as it can be reached.`).waitFor()
  door.state.isShut = false
  await turns(page).last().getByText("A keeper, and later a clock.").waitFor({ timeout: 45_000 })
  await expect.poll(() => box(page).inputValue()).toBe("Kept at sea")
  await page.goto(`${door.address}/`)
  await expect.poll(() => box(page).inputValue()).toBe("Begun at sea")
  await close()
})
