/**
 * What a person feels of the page, beside a page that can only chat. Started by `python -m bench.web`, which starts
 * the house; prints one JSON object: the median of the rounds of each figure.
 */

import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { openBrowser, WIDE } from "../browser/browser.ts"
import { openBarePage } from "./bare/serve.ts"
import { lanes } from "./lanes.ts"
import { long } from "./long.ts"
import { openProvider, type Provider } from "./provider.ts"
import { watch, type Watched } from "./watch.ts"

const HOUSE = process.env["SALON_BENCH_HOUSE"] ?? ""
const LONG = process.env["SALON_BENCH_LONG"] ?? ""
const ROUNDS = Number(process.env["SALON_BENCH_ROUNDS"] ?? 5)
const PROVIDER_PORT = Number(process.env["SALON_BENCH_PROVIDER"])

const SAMPLE = readFileSync(join(import.meta.dirname, "../browser/markdown/sample.md"), "utf8")
const TOKENS = 4000
const TOKEN_LETTERS = 4
/** Of each of four answers at once. */
const LANE_TOKENS = 1_500
const FIRST = "Beginning"
const LAST = "That was all."
/** Ends the answer at full speed, so that it is told from the one before. */
const VERY_LAST = "And that was all."
const STREAM_LIMIT_MS = 120_000
const SLOW = { cpu: 4, bytesPerSecond: (4 * 1024 * 1024) / 8, latencyMs: 40 }

type Figures = Record<string, number>

/** 4,000 tokens of sections of prose, lists, tables and code. */
function answer(last = LAST): string[] {
  let text = `${FIRST}\n\n`
  const length = TOKENS * TOKEN_LETTERS
  for (let part = 1; text.length < length; part += 1) text += `## Part ${part}\n\n${SAMPLE.replace(/^\[(?:ref|\^1)\]:.*$/gm, "")}\n`
  const words = text.slice(0, length)
  const pieces = Array.from({ length: TOKENS }, (_, index) => words.slice(index * TOKEN_LETTERS, (index + 1) * TOKEN_LETTERS))
  return [...pieces, `\n\`\`\`\n\n${last}`]
}

const box = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true })

/** Tell of when the box was there, and of when first and last words were seen, by the clock of the wall. */
async function prepare(context: BrowserContext): Promise<void> {
  await context.addInitScript(([first, last]) => {
    const seen: { box: number; first: number; last: number } = { box: 0, first: 0, last: 0 }
    Reflect.set(globalThis, "seen", seen)
    const look = (): void => {
      if (seen.box === 0 && document.querySelector('textarea[aria-label="Message"]:not(#early-box)') !== null) {
        requestAnimationFrame((at) => void (seen.box ||= at))
      }
      if (seen.first === 0 && document.querySelector("article:last-of-type .md")?.textContent?.includes(first)) {
        seen.first = -1
        requestAnimationFrame((at) => void (seen.first = performance.timeOrigin + at))
      }
      if (seen.last === 0 && document.querySelector("article:last-of-type .md > :last-child")?.textContent?.includes(last)) {
        seen.last = -1
        requestAnimationFrame((at) => void (seen.last = performance.timeOrigin + at))
      }
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
  }, [FIRST, VERY_LAST] as const)
}

async function opened(browser: Browser, address: string): Promise<{ page: Page; context: BrowserContext; usableMs: number; requests: number; scriptKb: number }> {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
  await prepare(context)
  const page = await context.newPage()
  const told = await load(page, () => page.goto(address, { waitUntil: "commit" }))
  return { page, context, ...told }
}

async function load(page: Page, go: () => Promise<unknown>): Promise<{ usableMs: number; requests: number; scriptKb: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send("Network.enable")
  const scripts = new Set<string>()
  let requests = 0
  let bytes = 0
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (/^https?:/.test(request.url)) requests += 1
  })
  session.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId)
  })
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  await go()
  await box(page).waitFor()
  await page.waitForLoadState("networkidle")
  await session.detach()
  return { usableMs: await page.evaluate(() => Reflect.get(globalThis, "seen").box), requests, scriptKb: bytes / 1024 }
}

async function loads(browser: Browser, address: string): Promise<Figures> {
  const first = await opened(browser, address)
  const second = await load(first.page, () => first.page.reload({ waitUntil: "commit" }))
  await first.context.close()
  const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
  await prepare(context)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOW.cpu })
  await session.send("Network.enable")
  const { bytesPerSecond, latencyMs: latency } = SLOW
  const conditions = { offline: false, latency, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond }
  await session.send("Network.emulateNetworkConditions", conditions)
  const slow = await load(page, () => page.goto(address, { waitUntil: "commit" }))
  await context.close()
  const { requests, scriptKb, usableMs } = first
  return { requests, script_kb: scriptKb, usable_ms: usableMs, second_ms: second.usableMs, slow_ms: slow.usableMs }
}

async function say(page: Page, words: string): Promise<void> {
  await box(page).fill(words)
  await box(page).press("Enter")
}

async function end(page: Page, last: string): Promise<void> {
  await page.locator("article").last().getByText(last, { exact: true }).waitFor({ timeout: STREAM_LIMIT_MS, state: "attached" })
}

/** An answer at the pace of a model that is quick, and one as fast as it comes, into the same conversation. */
async function streams(browser: Browser, provider: Provider, address: string): Promise<Figures> {
  const { page, context } = await opened(browser, address)
  provider.plan(["Hello."], 0)
  await say(page, "Hello")
  await page.locator("article").last().getByText("Hello.").waitFor()
  await page.evaluate(() => Reflect.set(Reflect.get(globalThis, "seen"), "first", 0))
  provider.plan(answer(), 100)
  const paced = await watch(page, async () => {
    await say(page, "Tell me")
    await end(page, LAST)
  })
  const firstMs = (await page.evaluate(() => Reflect.get(globalThis, "seen").first)) - provider.last().firstMs
  provider.plan(answer(VERY_LAST), 0)
  const full: Watched = await watch(page, async () => {
    await say(page, "Tell me again")
    await box(page).pressSequentially("what is typed meanwhile", { delay: 40 })
    await end(page, VERY_LAST)
  })
  await page.waitForFunction(() => Reflect.get(globalThis, "seen").last > 0)
  const lateMs = (await page.evaluate(() => Reflect.get(globalThis, "seen").last)) - provider.last().lastMs
  await context.close()
  return {
    first_token_ms: firstMs,
    paced_dropped_percent: paced.droppedPercent,
    paced_main_thread_ms: paced.mainThreadMs,
    full_late_ms: lateMs,
    full_longest_task_ms: full.longestTaskMs,
    full_slowest_key_ms: full.slowestKeyMs,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, Number(median(rounds.map((one) => one[name] ?? 0)).toFixed(2))]))
}

const provider = await openProvider(PROVIDER_PORT)
const bare = await openBarePage(HOUSE)
const rounds: Figures[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const browser = await openBrowser()
  const own = { ...(await loads(browser, HOUSE)), ...(await streams(browser, provider, HOUSE)) }
  const four = await lanes(browser, provider, HOUSE, answer().slice(0, LANE_TOKENS))
  const least = { ...(await loads(browser, bare.address)), ...(await streams(browser, provider, bare.address)) }
  const far = LONG === "" ? {} : await long(browser, LONG)
  await browser.close()
  const ratio = { paced_main_thread_ratio: (own["paced_main_thread_ms"] ?? 0) / (least["paced_main_thread_ms"] ?? 1) }
  const beside = Object.fromEntries(Object.entries(least).map(([name, value]) => [`bare_${name}`, value]))
  rounds.push({ ...own, ...four, ...far, ...ratio, ...beside })
  process.stderr.write(`${JSON.stringify(rounds.at(-1))}\n`)
}
process.stdout.write(`${JSON.stringify(medians(rounds))}\n`)
await bare.close()
await provider.close()
