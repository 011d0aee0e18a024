import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Browser, BrowserContextOptions } from "playwright-core"
import { afterAll, beforeAll, test } from "vitest"
import { NARROW, openBrowser, visit, WIDE } from "../browser/browser.ts"
import { type House, openHouse } from "../browser/house.ts"
import { api, box, button, HOUSE, settle, speak } from "./play.ts"
import { furnish, type Scene } from "./scene.ts"
import { quiet, SHOTS } from "./shots.ts"

/** Pictures of every page for the documentation: light, dark, and on a phone. */

const FOLDER = process.env["SALON_PICTURES_FOLDER"] ?? ""
const LOOKS: readonly ({ name: string } & BrowserContextOptions)[] = [
  { name: "light", colorScheme: "light", viewport: WIDE },
  { name: "dark", colorScheme: "dark", viewport: WIDE },
  { name: "phone", colorScheme: "light", viewport: NARROW, hasTouch: true, isMobile: true },
]
/** Enough for small text in colours, and still a page of them in one go. */
const QUALITY = 55

let browser: Browser
let standIn: House
let scene: Scene
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
  standIn = await openHouse()
  scene = await furnish()
  for (const words of ["Hello", "demo:think And again", "demo:fail 503"]) await api.POST("/v1/chat/completions", { body: { model: "demo", messages: [{ role: "user", content: words }] } })
  const { data } = await api.GET("/salon/v1/conversations")
  for (const { id } of data?.items.slice(1) ?? []) await api.POST("/salon/v1/conversations/{conversation_id}/read", { params: { path: { conversation_id: id } }, body: {} })
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
}, 120_000)
afterAll(async () => {
  await browser.close()
  await standIn.close()
})

const WAYS = SHOTS.flatMap((shot) => LOOKS.map(({ name: look, ...options }) => ({ shot, look, options, name: `${shot.name}-${look}` })))

test.for(WAYS)("$name", async ({ shot, options, name }) => {
  if (shot.house !== "real") standIn.state.mode = shot.house
  const { page, close } = await visit(browser, (shot.house === "real" ? HOUSE : standIn.address) + shot.path(scene), { ...options, reducedMotion: "reduce" })
  page.setDefaultTimeout(20_000)
  await page.locator("main, [data-pane=main], dialog[open]").first().waitFor()
  if (shot.house === "real" && shot.path(scene) === "/") {
    const demo = button(page, "Open the demo")
    await demo.or(box(page)).first().waitFor()
    if (await demo.isVisible()) await demo.click()
  }
  await page.waitForLoadState("networkidle")
  await shot.open?.(page)
  const isWriting = (await page.locator("[data-running]").count()) > 0
  if (!isWriting) {
    await page.waitForLoadState("networkidle")
    await settle(page)
  }
  await page.screenshot({ path: join(FOLDER, `${name}.webp`), type: "webp", quality: QUALITY })
  if (isWriting) await quiet(page)
  await close()
})
