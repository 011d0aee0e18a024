import { t } from "@lingui/core/macro"
import type { Browser, CDPSession, Locator, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"
import { type Door, openDoor } from "./door.ts"
import { answers, api, begin, box, ended, HOUSE, say, speak, turns, write } from "./play.ts"

/** The line to the house: cut in the midst of an answer, put to sleep with the page, and shared by two windows. */

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

const LONG = "demo:words 300 demo:slow 30"
const row = (page: Page, id: string): Locator => page.locator(`[data-row="${id}"]`)

/** What the house has of the last message. */
async function lastOf(id: string): Promise<string> {
  const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/messages", { params: { path: { conversation_id: id } } })
  const parts = data?.items.at(-1)?.content?.["parts"]
  return Array.isArray(parts) ? parts.map((part: { text?: string }) => part.text ?? "").join("") : ""
}

/** The words of a text, without its marks and breaks. */
const words = (text: string): readonly string[] => text.match(/[\p{L}\p{N}]+/gu) ?? []

async function shows(page: Page, id: string): Promise<void> {
  await ended(page)
  await expect.poll(() => lastOf(id)).not.toBe("")
  expect(words(await answers(page).last().innerText())).toEqual(words(await lastOf(id)))
}

test("an answer that is cut off in its midst says so, and goes on where it was", async () => {
  const id = await begin("Cut off")
  const { page, close } = await visit(browser, "about:blank")
  const asked: { type: string; number?: number | null }[] = []
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => asked.push(JSON.parse(String(payload)))))
  await page.goto(`${door.address}/c/${id}`)
  await say(page, LONG)
  await expect.poll(async () => words(await answers(page).last().innerText()).length).toBeGreaterThan(20)
  door.state.isShut = true
  door.cut()
  await turns(page).last().getByText(t`Connection lost, resuming`).waitFor()
  await page.getByText(t`Salon cannot be reached.`).waitFor()
  const had = words(await answers(page).last().innerText()).length
  asked.length = 0
  door.state.isShut = false
  await turns(page).last().getByText(t`Connection lost, resuming`).waitFor({ state: "detached" })
  await page.getByText(t`Salon cannot be reached.`).waitFor({ state: "detached" })
  expect(words(await answers(page).last().innerText()).length).toBeGreaterThanOrEqual(had)
  await shows(page, id)
  expect(asked.filter(({ type }) => type === "follow").map(({ number }) => (number ?? 0) > 0)).toEqual([true])
  await close()
})

test("where no WebSocket comes through, answers come as events, and go on after a cut", async () => {
  door.state.refusesSockets = true
  const id = await begin("No sockets")
  const { page, close } = await visit(browser, `${door.address}/c/${id}`)
  await say(page, LONG)
  await expect.poll(async () => words(await answers(page).last().innerText()).length, { timeout: 20_000 }).toBeGreaterThan(20)
  await page.getByText(t`Salon cannot be reached.`).waitFor({ state: "detached" })
  expect(await page.locator("[data-running]").count()).toBeGreaterThan(0)
  door.cut()
  await shows(page, id)
  await say(page, "demo:words 600 demo:slow 40")
  await expect.poll(async () => words(await answers(page).last().innerText()).length).toBeGreaterThan(5)
  await page.keyboard.press("Escape")
  await ended(page)
  await expect.poll(() => turns(page).count()).toBe(4)
  // What is done elsewhere is heard of, too.
  await api.PATCH("/salon/v1/conversations/{conversation_id}", { params: { path: { conversation_id: id } }, body: { title: "Renamed elsewhere" } })
  await row(page, id).getByText("Renamed elsewhere").waitFor()
  await close()
})

/** Stop a page as a phone does that is locked, or let it go on. */
async function setAsleep(session: CDPSession, isAsleep: boolean): Promise<void> {
  if (!isAsleep) await session.send("Page.setWebLifecycleState", { state: "active" })
  await session.send("Emulation.setFocusEmulationEnabled", { enabled: !isAsleep })
  if (isAsleep) await session.send("Page.setWebLifecycleState", { state: "frozen" })
}

test("a page that slept comes back by itself, with what was said meanwhile", async () => {
  const [here, other] = [await begin("Slept on"), await begin("Elsewhere meanwhile")]
  const { page, close } = await visit(browser, `${door.address}/c/${here}`)
  const session = await page.context().newCDPSession(page)
  await say(page, LONG)
  await expect.poll(async () => words(await answers(page).last().innerText()).length).toBeGreaterThan(10)
  await setAsleep(session, true)
  // What is slept through: the line goes, the answer ends, another one is given, and a third is being made.
  door.cut()
  await expect.poll(() => lastOf(here), { timeout: 30_000 }).toMatch(/\w/)
  for (const [id, text] of [[other, "Are you there?"], [here, `And ${LONG}`]] as const) {
    await api.POST("/salon/v1/conversations/{conversation_id}/send", { params: { path: { conversation_id: id } }, body: { text } })
  }
  await expect.poll(() => lastOf(other)).toMatch(/Are you there/)
  await setAsleep(session, false)
  await row(page, other).getByText("2 unread messages").or(row(page, other).getByText("1 unread message")).waitFor({ state: "attached" })
  await expect.poll(() => turns(page).count()).toBe(4)
  await page.locator("[data-running]").first().waitFor()
  await row(page, here).getByText(t`writing`).waitFor({ state: "attached" })
  await shows(page, here)
  await row(page, here).getByText(t`writing`).waitFor({ state: "detached" })
  await close()
})

test("what is sent in one window leaves the box of the other, and comes back in neither", async () => {
  const id = await begin("Two windows", [{ text: "Well?" }, { model: "demo", text: "Yes." }])
  const { page, complaints, close } = await visit(browser, `${door.address}/c/${id}`)
  const other = await page.context().newPage()
  await other.goto(`${door.address}/c/${id}`)
  await turns(other).last().waitFor()
  await write(box(page), "Said in one")
  await expect.poll(() => box(other).inputValue()).toBe("Said in one")
  await box(page).press("Enter")
  await expect.poll(() => box(other).inputValue()).toBe("")
  await expect.poll(() => turns(other).count()).toBe(4)
  await ended(other)
  expect(await box(page).inputValue()).toBe("")
  await page.reload()
  await other.reload()
  await turns(page).last().waitFor()
  expect([await box(page).inputValue(), await box(other).inputValue()]).toEqual(["", ""])
  expect(complaints).toEqual([])
  await close()
})
