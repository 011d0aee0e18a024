import type { Browser, BrowserContext, Page } from "playwright-core"
import { WIDE } from "../browser/browser.ts"
import { prepare, seenAt, type Subject } from "./subjects.ts"

/** How soon a page can be written on: by who was never here, by who comes back, and on a slow machine far away. */

const SLOW = { cpu: 4, bytesPerSecond: (4 * 1024 * 1024) / 8, latencyMs: 40 }
const LIMIT_MS = 120_000
const QUIET_LIMIT_MS = 15_000

interface Loaded {
  usableMs: number
  requests: number
  scriptKb: number
}

export interface Opened extends Loaded {
  page: Page
  context: BrowserContext
}

/** Open a page as one who was never here. */
export async function opened(browser: Browser, subject: Subject): Promise<Opened> {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
  context.setDefaultTimeout(LIMIT_MS)
  await prepare(context, subject)
  const page = await context.newPage()
  const told = await load(page, subject, () => page.goto(subject.address, { waitUntil: "commit" }))
  return { page, context, ...told }
}

async function load(page: Page, subject: Subject, go: () => Promise<unknown>): Promise<Loaded> {
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
  await page.locator(subject.box).waitFor()
  // Some ask again and again: then what came until now is what there is to load.
  await page.waitForLoadState("networkidle", { timeout: QUIET_LIMIT_MS }).catch(() => undefined)
  await session.detach()
  return { usableMs: await seenAt(page, "box"), requests, scriptKb: bytes / 1024 }
}

export async function loads(browser: Browser, subject: Subject): Promise<Record<string, number>> {
  const first = await opened(browser, subject)
  const second = await load(first.page, subject, () => first.page.reload({ waitUntil: "commit" }))
  await first.context.close()
  const context = await browser.newContext({ viewport: WIDE, locale: "en-US" })
  context.setDefaultTimeout(LIMIT_MS)
  await prepare(context, subject)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOW.cpu })
  await session.send("Network.enable")
  const { bytesPerSecond, latencyMs: latency } = SLOW
  const conditions = { offline: false, latency, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond }
  await session.send("Network.emulateNetworkConditions", conditions)
  const slow = await load(page, subject, () => page.goto(subject.address, { waitUntil: "commit" }))
  await context.close()
  const { requests, scriptKb, usableMs } = first
  return { requests, script_kb: scriptKb, usable_ms: usableMs, second_ms: second.usableMs, slow_ms: slow.usableMs }
}
