import { readFile } from "node:fs/promises"
import type { Browser, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { openBrowser, visit, WIDE } from "../browser/browser.ts"
import { api, begin, button, choose, HOUSE, speak, turns, write } from "./play.ts"

/** The list of conversations in front of a real house: what it sorts is asked of the house again by a reload. */

let browser: Browser
let page: Page
let close: () => Promise<void>
let complaints: string[]

beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
})
afterAll(() => browser.close())
beforeEach(async ({ onTestFinished }) => {
  ;({ page, complaints, close } = await visit(browser, `${HOUSE}/search`, { viewport: WIDE, acceptDownloads: true }))
  onTestFinished(() => close())
})

const list = (): Locator => page.getByRole("list", { name: "Conversations" })
const row = (title: string): Locator => list().getByRole("listitem").filter({ has: page.getByRole("link", { name: title }) })
const folder = (name: string): Locator => page.getByRole("treeitem", { name })

async function inMenuOf(title: string, item: string): Promise<void> {
  await row(title).hover()
  await choose(page, button(row(title), "What can be done"), item)
}
const inListMenu = (item: string): Promise<void> => choose(page, button(page, "List and folders"), item)

/** How many stand in a folder, as it says itself. */
const inFolder = (name: string, count: number): Promise<void> => folder(name).getByText(count === 1 ? "1 conversation" : `${count} conversations`, { exact: true }).waitFor({ state: "attached" })

test("conversations go into folders by menu and by drag, and come out again", async () => {
  for (const title of ["Alps by train", "Fjords by boat"]) await begin(title, [{ text: title }])
  await row("Alps by train").waitFor()
  await inListMenu("New folder …")
  await write(page.getByRole("textbox", { name: "Name" }), "Trips")
  await button(page, "Make the folder").click()
  await inMenuOf("Alps by train", "Move to a folder …")
  await button(page.getByRole("dialog", { name: "Move to a folder" }), "Trips").click()
  await inFolder("Trips", 1)
  await row("Fjords by boat").getByRole("link").dragTo(folder("Trips"))
  await inFolder("Trips", 2)
  await folder("Trips").click()
  await expect.poll(() => list().getByRole("link").count()).toBe(2)
  await page.reload()
  await inFolder("Trips", 2)
  await folder("Trips").click()
  await page.getByRole("heading", { name: "Trips" }).waitFor()
  await inMenuOf("Fjords by boat", "Move to a folder …")
  await button(page.getByRole("dialog"), "No folder").click()
  await row("Fjords by boat").waitFor({ state: "detached" })
  await button(page, "Undo").last().click()
  await inFolder("Trips", 2)
  await folder("Trips").hover()
  await choose(page, button(page, "What can be done with Trips"), "Rename")
  await write(page.getByRole("textbox", { name: "Name" }), "Journeys")
  await button(page.getByRole("dialog"), "Rename").click()
  await folder("Journeys").waitFor()
  expect(complaints).toEqual([])
})

test("a tag is put on with a key, and shows what has it", async () => {
  for (const title of ["Tax of last year", "A birthday"]) await begin(title, [{ text: title }])
  await inMenuOf("Tax of last year", "Tags …")
  await write(page.getByRole("textbox", { name: "New tag" }), "money")
  await page.keyboard.press("Enter")
  await expect.poll(() => page.getByRole("checkbox", { name: "money" }).getAttribute("aria-checked")).toBe("true")
  await page.keyboard.press("Escape")
  await inListMenu("money")
  await expect.poll(() => list().getByRole("link").count()).toBe(1)
  await row("Tax of last year").waitFor()
  await button(page, "Show all conversations").click()
  await row("A birthday").waitFor()
  expect(complaints).toEqual([])
})

/** Wait until no row comes or goes: a click in that moment is one on nothing. */
async function settled(): Promise<void> {
  let before = ""
  const isStill = async (): Promise<boolean> => {
    const had = before
    before = await list().innerText()
    return before === had
  }
  await expect.poll(isStill, { interval: 400 }).toBe(true)
}

test("many are chosen at once, put away, brought back, pinned and deleted", async () => {
  const titles = ["First of three", "Second of three", "Third of three"]
  for (const title of titles) await begin(title, [{ text: title }])
  const choosing = async (): Promise<void> => {
    await settled()
    for (const title of titles) await row(title).getByRole("link").click({ modifiers: ["Control"] })
    await page.getByText("3 selected").waitFor()
  }
  const tools = page.getByRole("toolbar", { name: "With the selected conversations" })
  const areHere = async (): Promise<number> => list().getByRole("link", { name: "of three" }).count()
  await choosing()
  await button(tools, "Archive").click()
  await expect.poll(areHere).toBe(0)
  await inListMenu("Archive")
  await expect.poll(areHere).toBe(3)
  await button(page, "Show all conversations").click()
  await button(page, "Undo").last().click()
  await expect.poll(areHere).toBe(3)
  await choosing()
  await button(tools, "Pin").click()
  await expect.poll(async () => (await list().innerText()).indexOf("Pinned")).toBe(0)
  await choosing()
  await button(tools, "Delete").click()
  await expect.poll(areHere).toBe(0)
  await page.reload()
  await list().waitFor()
  expect(await areHere()).toBe(0)
  expect(complaints).toEqual([])
})

test("a template begins a conversation with what was said", async () => {
  await begin("Meeting notes", [{ text: "Who was there?" }, { text: "Everybody.", model: "demo" }])
  await inMenuOf("Meeting notes", "Save as a template …")
  const dialog = page.getByRole("dialog", { name: "Save as a template" })
  await dialog.getByRole("checkbox").check()
  await write(dialog.getByRole("textbox", { name: "Name" }), "Notes to begin with")
  await button(dialog, "Save the template").click()
  await page.getByText("Template Notes to begin with saved").waitFor()
  await inListMenu("Start from a template …")
  await button(page.getByRole("dialog"), "Notes to begin with").click()
  await page.waitForURL(/\/c\/cnv_/)
  await turns(page).filter({ hasText: "Everybody." }).waitFor()
  expect(complaints).toEqual([])
})

test("what is looked at is read, on every page, until it is marked as unread", async () => {
  const [one, two] = [await begin("An answer that came", [{ text: "Well?" }, { model: "demo", text: "Yes." }]), await begin("Beside it")]
  const unread = (title: string): Locator => row(title).getByText("1 unread message")
  await unread("An answer that came").waitFor({ state: "attached" })
  // By key: rows still come above it, and a pointer might be where it was.
  await row("An answer that came").getByRole("link").press("Enter")
  await page.waitForURL(`**/c/${one}`)
  await turns(page).filter({ hasText: "Yes." }).waitFor()
  const { page: elsewhere, close: leave } = await visit(browser, `${HOUSE}/search`, { viewport: WIDE })
  const there = elsewhere.getByRole("list", { name: "Conversations" }).getByRole("link", { name: "An answer that came" })
  await there.waitFor()
  await expect.poll(() => there.getByText("1 unread message").count()).toBe(0)
  await leave()
  await inMenuOf("An answer that came", "Mark as unread")
  await row("Beside it").getByRole("link").click()
  await page.waitForURL(`**/c/${two}`)
  await unread("An answer that came").waitFor({ state: "attached" })
  await row("An answer that came").getByRole("link").click()
  await page.waitForURL(`**/c/${one}`)
  const query = { is_unread: true }
  await expect.poll(async () => (await api.GET("/salon/v1/conversations", { params: { query } })).data?.items.some(({ id }) => id === one)).toBe(false)
  await page.goto(`${HOUSE}/search`)
  await row("An answer that came").waitFor()
  expect(await unread("An answer that came").count()).toBe(0)
  expect(complaints).toEqual([])
})

test("a row stays below the pointer that presses it, whatever comes meanwhile", async () => {
  const id = await begin("Pressed slowly", [{ text: "Well?" }])
  // Nothing else is to come.
  await page.reload({ waitUntil: "networkidle" })
  const place = await row("Pressed slowly").getByRole("link").boundingBox()
  await page.mouse.move((place?.x ?? 0) + 30, (place?.y ?? 0) + 10)
  const heard = page.waitForResponse(async (response) => (await response.text().catch(() => "")).includes("Come meanwhile"))
  await page.mouse.down()
  await begin("Come meanwhile")
  await heard
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  expect((await row("Pressed slowly").getByRole("link").boundingBox())?.y).toBe(place?.y)
  await page.mouse.up()
  await page.waitForURL(`**/c/${id}`)
  await row("Come meanwhile").waitFor()
  expect((await row("Pressed slowly").getByRole("link").boundingBox())?.y).toBeGreaterThan(place?.y ?? 0)
  expect(complaints).toEqual([])
})

test("what was exported is known when it is imported, and new where it was deleted", async () => {
  await begin("Worth keeping", [{ text: "Remember the lighthouse" }])
  await inMenuOf("Worth keeping", "Export …")
  const coming = page.waitForEvent("download")
  await button(page.getByRole("dialog", { name: "Export the conversation" }), "Export").click()
  const path = await (await coming).path()
  expect(await readFile(path, "utf8")).toContain("Remember the lighthouse")
  await page.keyboard.press("Escape")
  await inListMenu("Import …")
  const dialog = page.getByRole("dialog", { name: "Import conversations" })
  const field = dialog.locator("input[type=file]")
  await field.setInputFiles({ name: "kept.json", mimeType: "application/json", buffer: await readFile(path) })
  await dialog.getByText("1 already here").waitFor()
  await button(dialog, "Close the report").click()
  await field.setInputFiles({ name: "nothing.json", mimeType: "application/json", buffer: Buffer.from("{}") })
  await expect.poll(() => dialog.locator(".text-danger").count()).toBeGreaterThan(0)
  expect(complaints.filter((line) => !line.includes("400") && !line.includes("422"))).toEqual([])
})
