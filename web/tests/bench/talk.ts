/**
 * What a long conversation costs: 10,000 messages opened, scrolled from end to start, and an answer of 4,000 tokens.
 *
 *     SALON_BENCH_HOUSE=http://127.0.0.1:8420 SALON_BENCH_MODEL=openai-fake/fake node web/tests/bench/talk.ts
 *
 * The house needs a fake provider behind the model. Prints medians of five rounds for opening; the rest is one round.
 */

import type { Page } from "playwright-core"
import { NARROW, openBrowser, visit, WIDE } from "../browser/browser.ts"

const HOUSE = process.env["SALON_BENCH_HOUSE"] ?? "http://127.0.0.1:8420"
const MODEL = process.env["SALON_BENCH_MODEL"] ?? "demo"
const MESSAGES = Number(process.env["SALON_BENCH_MESSAGES"] ?? 10_000)
const ROUNDS = 5
const AT_ONCE = 100
const FRAME_MS = 1000 / 60
const say = (line: string): boolean => process.stdout.write(`${line}\n`)

async function ask(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }
  const answer = await fetch(`${HOUSE}/salon/v1${path}`, init)
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return Object(await answer.json())
}

const PROSE = "A sentence that is long enough to fill a line of the column, **with** some `marks` in it, and a [link](https://example.com). "

async function seed(): Promise<string> {
  const id = String((await ask("/conversations", { title: "Long", settings: { model: MODEL } }))["id"])
  for (let done = 0; done < MESSAGES; done += AT_ONCE) {
    const messages = Array.from({ length: Math.min(AT_ONCE, MESSAGES - done) }, (_, at) => {
      const number = done + at
      return number % 2 === 0
        ? { role: "user", text: `Question ${number}: what of ${PROSE}` }
        : { role: "assistant", author: { kind: "model", name: MODEL }, text: `## Answer ${number}\n\n${PROSE.repeat(1 + (number % 9))}\n\n- one\n- two\n\n\`\`\`py\nx = ${number}\n\`\`\`` }
    })
    await ask(`/conversations/${id}/messages`, { messages })
  }
  return id
}

const middle = (numbers: readonly number[]): number => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

/** How many frames came late, of those that were due; and the longest task. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: { frames: number[]; tasks: number[]; blank: number; on: boolean } = { frames: [], tasks: [], blank: 0, on: true }
    Reflect.set(globalThis, "seen", seen)
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" })
    const scroller = document.querySelector(".turns")
    const tick = (now: number): void => {
      seen.frames.push(now)
      const { left, top, width, height } = scroller?.getBoundingClientRect() ?? new DOMRect()
      const isTurn = [0.1, 0.5, 0.9].some((part) => document.elementFromPoint(left + width / 2, top + height * part)?.closest("[data-turn]"))
      if (!isTurn) seen.blank += 1
      if (seen.on) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
}

async function told(page: Page): Promise<string> {
  const seen: { frames: number[]; tasks: number[]; blank: number } = await page.evaluate(() => {
    const found: { on: boolean; frames: number[]; tasks: number[]; blank: number } = Reflect.get(globalThis, "seen")
    found.on = false
    return found
  })
  const whole = (seen.frames.at(-1) ?? 0) - (seen.frames[0] ?? 0)
  const due = Math.max(1, Math.round(whole / FRAME_MS))
  const dropped = Math.max(0, due - (seen.frames.length - 1))
  return `${due} frames, ${((100 * dropped) / due).toFixed(1)} % dropped, ${seen.blank} blank; longest task ${Math.max(0, ...seen.tasks).toFixed(0)} ms`
}

async function heapMb(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send("HeapProfiler.collectGarbage")
  const { metrics } = await client.send("Performance.enable").then(() => client.send("Performance.getMetrics"))
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0) / 1e6
}

const nodes = (page: Page): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length)

const started = performance.now()
const id = process.env["SALON_BENCH_CONVERSATION"] ?? (await seed())
say(`${id}: ${MESSAGES} messages seeded in ${((performance.now() - started) / 1000).toFixed(1)} s`)
const browser = await openBrowser()
const opened: number[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const visited = await visit(browser, "about:blank", { viewport: WIDE })
  const begun = performance.now()
  await visited.page.goto(`${HOUSE}/c/${id}`, { waitUntil: "commit" })
  await visited.page.locator("[data-turn]").last().waitFor()
  opened.push(performance.now() - begun)
  await visited.close()
}
say(`opens at the end in ${middle(opened).toFixed(0)} ms (${opened.map((one) => one.toFixed(0)).join(", ")})`)

const { page, close } = await visit(browser, `${HOUSE}/c/${id}`, { viewport: WIDE })
await page.locator("[data-turn]").last().waitFor()
await page.locator(".score-segment").first().waitFor()
say(`at the end ${await nodes(page)} DOM nodes, ${(await heapMb(page)).toFixed(1)} MB of heap`)
await page.mouse.move(600, 400)
await watch(page)
const scrolled = performance.now()
const LIMIT_MS = 180_000
while (performance.now() - scrolled < LIMIT_MS) {
  await page.mouse.wheel(0, -2_400)
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
  const first = await page.evaluate(() => (document.querySelector(".turns")?.scrollTop ?? 1) <= 0 && (document.querySelector("[data-turn]")?.textContent ?? "").includes("Question 0:"))
  if (first) break
}
say(`end to start in ${((performance.now() - scrolled) / 1000).toFixed(1)} s: ${await told(page)}`)
say(`at the start ${await nodes(page)} DOM nodes, ${(await heapMb(page)).toFixed(1)} MB of heap`)
await close()

const fresh = String((await ask("/conversations", { title: "Stream", settings: { model: MODEL } }))["id"])
const stream = await visit(browser, `${HOUSE}/c/${fresh}`, { viewport: NARROW })
await stream.page.locator("#message-box").waitFor()
await watch(stream.page)
await ask(`/conversations/${fresh}/send`, { text: "{{fake tokens=4000;rate=100}}" })
await stream.page.locator("[data-running]").waitFor()
await stream.page.locator("[data-running]").waitFor({ state: "detached", timeout: 90_000 })
say(`4,000 tokens at 100 a second: ${await told(stream.page)}`)
await stream.close()
await browser.close()
