import type { Browser, Page } from "playwright-core"
import { WIDE } from "../browser/browser.ts"
import { watch } from "./watch.ts"

/** A conversation of 10,000 messages: opened at its end, scrolled to its start. */

/** A wheel that is turned fast, in pixels a frame. */
const WHEEL_PX = 2_400
const SCROLL_LIMIT_MS = 300_000

export async function long(browser: Browser, address: string): Promise<Record<string, number>> {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
  const page = await context.newPage()
  await page.goto(new URL("/", address).href)
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor()
  const began = performance.now()
  await page.goto(address, { waitUntil: "commit" })
  await page.locator("article").last().waitFor()
  const openMs = performance.now() - began
  await page.waitForLoadState("networkidle")
  const nodes = (): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length)
  const nodesAtEnd = await nodes()
  await page.mouse.move(700, 400)
  await countBlank(page)
  let scrollMs = 0
  const scrolled = await watch(page, async () => {
    scrollMs = await scrollToStart(page)
  })
  const session = await context.newCDPSession(page)
  await session.send("HeapProfiler.collectGarbage")
  const heap = (await session.send("Runtime.getHeapUsage")).usedSize / 1e6
  const nodesAfter = await nodes()
  const blank: number = await page.evaluate(() => Reflect.get(globalThis, "blank"))
  await context.close()
  return {
    long_open_ms: openMs,
    long_scroll_s: scrollMs / 1000,
    long_nodes: Math.max(nodesAtEnd, nodesAfter),
    long_heap_mb: heap,
    long_blank_frames: blank,
    long_dropped_percent: scrolled.droppedPercent,
    long_longest_task_ms: scrolled.longestTaskMs,
  }
}

/** Look in each frame whether a turn is to be seen near the top, in the middle and near the bottom. */
async function countBlank(page: Page): Promise<void> {
  await page.evaluate(() => {
    Reflect.set(globalThis, "blank", 0)
    const scroller = document.querySelector(".turns") ?? document.body
    const look = (): void => {
      const { left, top, width, height } = scroller.getBoundingClientRect()
      const isBlank = [0.1, 0.5, 0.9].some((part) => !document.elementFromPoint(left + width / 2, top + height * part)?.closest("[data-turn]"))
      if (isBlank) Reflect.set(globalThis, "blank", Reflect.get(globalThis, "blank") + 1)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
}

/** Turn the wheel until the score says that the first turn is in the view. Returns how long that took. */
async function scrollToStart(page: Page): Promise<number> {
  const began = performance.now()
  const score = page.getByRole("slider", { name: "The score of the conversation" })
  for (let step = 0; performance.now() - began < SCROLL_LIMIT_MS; step += 1) {
    await page.mouse.wheel(0, -WHEEL_PX)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
    if (step % 20 === 0 && (await score.getAttribute("aria-valuenow")) === "1") return performance.now() - began
  }
  throw new Error(`the start was not reached within ${SCROLL_LIMIT_MS / 1000} s: ${await score.getAttribute("aria-valuetext")}`)
}
