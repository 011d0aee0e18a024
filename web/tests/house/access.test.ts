import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { axeFindings, NARROW, openBrowser, visit, WIDE } from "../browser/browser.ts"
import { type Layer, LAYERS } from "./layers.ts"
import { box, button, ended, HOUSE, say, settle, speak, turns } from "./play.ts"
import { furnish, type Scene } from "./scene.ts"

/** Every page, dialog and menu that has no test of its own for it: axe, 320 px, forced colours, no movement. */

const LOOKS = [["light", WIDE], ["dark", NARROW], ["light", NARROW], ["dark", WIDE]] as const
/** Every page and layer is in one of two halves, each in four looks; a long run takes all of them, another what it is told. */
const PARTS = LOOKS.flatMap(([colorScheme, viewport]) => [0, 1].map((half) => ({ colorScheme, viewport, width: viewport.width, half }))).filter((_, part) =>
  (process.env["SALON_ACCESS_PARTS"] ?? "").split(",").includes(String(part)),
)
const PLACES = ["/", "/search?q=prefix", "/usage", "/settings/appearance", "/settings/chat", "/settings/shortcuts", "/settings/data", "/settings/health", "/settings/about", "/settings/keys", "/settings/prompts", "/settings/shares"]

let browser: Browser
let scene: Scene
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
  scene = await furnish()
}, 120_000)
afterAll(() => browser.close())

const address = (at: Layer["at"]): string => (at === "start" ? HOUSE : `${HOUSE}/c/${scene[at]}`)

test.for(PARTS)("axe finds nothing on any page or layer: $colorScheme, $width, half $half", { timeout: 300_000 }, async ({ colorScheme, viewport, half }) => {
  const { page, close } = await visit(browser, HOUSE, { colorScheme, viewport, bypassCSP: true, reducedMotion: "reduce" })
  page.setDefaultTimeout(20_000)
  const isInHalf = (_: unknown, place: number): boolean => place % 2 === half
  const found: string[] = []
  const look = async (name: string): Promise<void> => {
    await settle(page)
    found.push(...(await axeFindings(page)).map((finding) => `${name}: ${finding}`))
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wide > 0) found.push(`${name}: ${wide} px too wide`)
  }
  for (const place of PLACES.filter(isInHalf)) {
    await page.goto(HOUSE + place)
    await page.locator("[data-pane=main], main").first().waitFor()
    await page.waitForLoadState("networkidle")
    await look(place)
  }
  for (const { name, at, open } of LAYERS.filter(isInHalf)) {
    await page.goto(address(at))
    const demo = button(page, "Open the demo")
    await demo.or(box(page)).first().waitFor()
    if (await demo.isVisible()) await demo.click()
    if (at !== "start") await turns(page).last().waitFor()
    // One that does not open is a finding, too: the others are looked at all the same.
    await open(page).then(() => look(name), (problem: unknown) => found.push(`${name} does not open: ${String(problem)}`))
  }
  expect(found).toEqual([])
  await close()
})

test("at 400 % nothing scrolls in two directions, and the box can be written in", { timeout: 240_000 }, async () => {
  const { page, close } = await visit(browser, HOUSE, { viewport: { width: 320, height: 256 }, reducedMotion: "reduce" })
  const found: string[] = []
  for (const place of [...PLACES, `/c/${scene.talk}`, `/c/${scene.versions}`, "/settings", "/settings/gateway", "/settings/providers", "/settings/models", "/settings/routes", "/settings/requests", "/settings/batches", "/settings/files", "/settings/payloads"]) {
    await page.goto(HOUSE + place)
    await page.locator("[data-pane=main], main, dialog[open]").first().waitFor()
    await page.waitForLoadState("networkidle")
    await settle(page)
    // Code, tables and diagrams may scroll by themselves: the criterion leaves them out.
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll("main, [data-pane=main], .turns, dialog[open], [data-scroller]")]
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "clip" && getComputedStyle(one).overflowX !== "hidden")
        .map((one) => `${one.tagName}.${one.className} ${one.scrollWidth} > ${one.clientWidth}`),
    )
    found.push(...wide.map((one) => `${place}: ${one}`))
  }
  expect(found).toEqual([])
  await page.goto(address("talk"))
  await box(page).click()
  await page.keyboard.type("Small, but here")
  const seen = await box(page).evaluate((field) => {
    const { left, right, top, bottom } = field.getBoundingClientRect()
    return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight
  })
  expect(seen).toBe(true)
  await close()
})

test("with reduced motion nothing moves and nothing goes on for ever", async () => {
  const { page, close } = await visit(browser, address("talk"), { reducedMotion: "reduce" })
  await turns(page).last().waitFor()
  await page.evaluate(() => {
    const seen = new Set<string>()
    Reflect.set(globalThis, "moved", () => [...seen])
    const look = (): void => {
      for (const one of document.getAnimations()) {
        const effect = one.effect instanceof KeyframeEffect ? one.effect : null
        const moves = effect?.getKeyframes().some((frame) => ["transform", "translate", "scale", "rotate"].some((name) => name in frame && frame[name] !== "none")) ?? false
        const { duration, iterations } = effect?.getTiming() ?? {}
        if (moves || iterations === Infinity || Number(duration) > 80) seen.add(`${effect?.target?.className ?? ""} ${String(duration)} ${String(iterations)}`)
      }
      requestAnimationFrame(look)
    }
    look()
  })
  await button(page, "What can be done with the conversation").click()
  await page.keyboard.press("Escape")
  await page.keyboard.press("Control+/")
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
  await page.keyboard.press("Escape")
  await say(page, "demo:words 30 demo:slow 20")
  await page.locator("[data-running] .md").waitFor()
  await ended(page)
  const moved: unknown = await page.evaluate(() => Reflect.get(globalThis, "moved")())
  expect(moved).toEqual([])
  await close()
})

test("in forced colours what shows a speaker, a place and a choice can still be seen", async () => {
  const { page, close } = await visit(browser, address("talk"), { forcedColors: "active" })
  await turns(page).last().waitFor()
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const drawn = (selector: string): Promise<string[]> =>
    page.locator(selector).evaluateAll((all) => all.map((one) => `${getComputedStyle(one).backgroundColor} ${getComputedStyle(one).borderTopWidth} ${getComputedStyle(one).outlineStyle}`))
  for (const selector of [".voice-bar", "[role=slider][aria-valuemax] [data-voice]", "[aria-current=page]"]) {
    const found = await drawn(selector)
    expect(found.length, selector).toBeGreaterThan(0)
    expect(found.filter((one) => one === `${ground} 0px none`), selector).toEqual([])
  }
  await page.keyboard.press("Tab")
  await page.keyboard.press("Tab")
  expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).not.toBe("none")
  await close()
})
