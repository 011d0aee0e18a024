import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"
import { HOUSE } from "./fields.ts"

/** What a browser keeps of this house holds no key and no session. */

/** A link that signs one browser in, once. */
const LINK = process.env["SALON_HOSTILE_LINK"] ?? ""

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

/** Everything a script of this origin can read again later. */
function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const kept: unknown[] = [{ ...localStorage }, { ...sessionStorage }, document.cookie]
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((done, failed) => {
        const opening = indexedDB.open(name ?? "")
        opening.addEventListener("success", () => done(opening.result))
        opening.addEventListener("error", () => failed(opening.error))
      })
      for (const store of database.objectStoreNames) {
        const reading = database.transaction(store).objectStore(store).getAll()
        await new Promise((done) => reading.addEventListener("success", done))
        kept.push(name, store, reading.result)
      }
      database.close()
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) kept.push(request.url, await (await cache.match(request))?.text())
    }
    return JSON.stringify(kept)
  })
}

test("neither a key that was made nor one that was typed nor the session is kept where a script can read it", async () => {
  const { page, close } = await visit(browser, LINK)
  const [session] = await page.context().cookies()
  expect([session?.httpOnly, session?.sameSite]).toEqual([true, "Strict"])
  await page.goto(`${HOUSE}/settings/keys`)
  await page.getByRole("button", { name: "Make an API key" }).first().click()
  await page.getByLabel("Name", { exact: true }).fill("For a test")
  await page.getByRole("button", { name: "Make the key" }).click()
  const shown = page.getByText(/^sk-salon-[\w-]{20,}$/).first()
  await shown.waitFor()
  const secret = (await shown.textContent()) ?? ""
  await page.getByRole("button", { name: "I have stored it" }).click()
  await page.goto(HOUSE)
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("a draft that is kept")
  await expect.poll(() => everythingKept(page)).toContain("a draft that is kept")
  const kept = await everythingKept(page)
  expect(secret.length).toBeGreaterThan(20)
  expect([secret, session?.value ?? "", "sk-salon-", "in-salon-"].filter((one) => kept.includes(one))).toEqual([])
  await close()
})
