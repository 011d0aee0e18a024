import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser } from "../browser/browser.ts"
import { dice } from "../live/net.ts"
import { box, type Dice, expectKept, expectSaid, expectWritten, HOUSE, send, someModel, type Wanted, wanted, write } from "./talk.ts"

/**
 * Answers that are reloaded at any time, while the next message is being written: nothing of either is lost.
 *
 * tests/web/test_reloads.py starts the house and says how many answers, in how many windows at once.
 */

const ANSWERS = Number(process.env["SALON_RELOADS_ANSWERS"] ?? 1)
const LANES = Number(process.env["SALON_RELOADS_LANES"] ?? 1)
const SEED = Number(process.env["SALON_RELOADS_SEED"] ?? 1)
const LIMIT_MS = Number(process.env["SALON_RELOADS_LIMIT_MS"] ?? 300_000)
/** How many messages one conversation has. */
const A_CONVERSATION = 5

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const lastText = (page: Page): Promise<string | null> => page.locator("[data-turn]").last().locator(".md").last().textContent()

/** What of an answer must stand on the page: its words, whatever marks they had. */
const shown = (one: Wanted): string => one.answer.slice(one.answer.indexOf(" ") + 1, one.answer.indexOf(" end") + 4)

let reloads = 0

/** Reload, also while the last reload has not come far: the browser then asks for a moment. */
async function reload(page: Page, waitUntil: "commit" | "load" = "load"): Promise<void> {
  const tried = await page.reload({ waitUntil }).catch((problem: unknown) => String(problem))
  if (typeof tried !== "string") return void (reloads += 1)
  if (!tried.includes("Not attached to an active page")) throw new Error(tried)
  await rest(20)
  await reload(page, waitUntil)
}

/** Reload at random times; each time what is being written must be there. */
async function disturb(page: Page, next: Wanted, roll: Dice): Promise<void> {
  for (let left = 1 + Math.floor(roll() * 5); left > 0; left -= 1) {
    await rest(roll() < 0.3 ? 0 : roll() * 700)
    await reload(page, roll() < 0.5 ? "commit" : "load")
    if (roll() < 0.6 || left === 1) await expectWritten(page, next)
  }
}

async function expectShown(page: Page, one: Wanted): Promise<void> {
  await expect.poll(() => lastText(page), { timeout: 60_000 }).toContain(one.answer.startsWith("#") ? "end" : shown(one))
  await page.locator("[data-running]").waitFor({ state: "detached" })
}

/** One conversation from its first message on, with two windows of one person. */
async function converse(profile: BrowserContext, name: string, roll: Dice, count: number): Promise<void> {
  const page = await profile.newPage()
  await page.goto(HOUSE)
  let now = wanted(`${name}-0`, roll, roll() < 0.4, someModel(roll))
  await write(page, now)
  if (roll() < 0.5) {
    await reload(page)
    await expectWritten(page, now)
  }
  await send(page)
  // Its first words are on their way while the page goes away.
  if (roll() < 0.3) await reload(page)
  const id = await expectKept(page, now)
  if (!page.url().includes(id)) await page.goto(`${HOUSE}/c/${id}`)
  await page.waitForURL(new RegExp(id))
  const other = await profile.newPage()
  await other.goto(`${HOUSE}/c/${id}`)
  for (let at = 1; at <= count; at += 1) {
    const next = wanted(`${name}-${at}`, roll, roll() < 0.4, roll() < 0.3 ? someModel(roll) : now.model)
    await write(page, next)
    await disturb(page, next, roll)
    await expectSaid(id, now)
    await Promise.all([expectShown(page, now), expectShown(other, now)])
    expect(await lastText(page)).toBe(await lastText(other))
    if (at === count) break
    await expectWritten(page, next)
    await send(page)
    if (roll() < 0.3) await reload(page)
    await expectKept(page, next)
    await expect.poll(() => box(page).inputValue()).toBe("")
    now = next
  }
  await other.close()
  await page.close()
}

test(`${ANSWERS} answers are reloaded while they come, and nothing of them or of what is being written is lost`, { timeout: LIMIT_MS }, async () => {
  const conversations = Math.ceil(ANSWERS / A_CONVERSATION)
  let begun = 0
  const lane = async (): Promise<void> => {
    const profile = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US" })
    while (begun < conversations) {
      const number = begun
      begun += 1
      const count = Math.min(A_CONVERSATION, ANSWERS - number * A_CONVERSATION)
      await converse(profile, `t${SEED % 1000}-${number}`, dice(SEED + number), count)
    }
    await profile.close()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  process.stdout.write(`reloads: ${reloads} in ${ANSWERS} answers of ${conversations} conversations\n`)
  expect(reloads).toBeGreaterThanOrEqual(ANSWERS)
})
