import type { Browser, Locator, Page } from "playwright-core"
import createClient from "openapi-fetch"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { paths } from "@/api/schema"
import { axeFindings, NARROW, openBrowser, visit, WIDE } from "../browser/browser.ts"

/** The page of a conversation against the real house that tests/web/test_talk_page.py has started. */

const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
const MODEL = process.env["SALON_TALK_MODEL"] ?? ""
const api = createClient<paths>({ baseUrl: HOUSE })

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

async function begin(title = "A talk"): Promise<string> {
  const { data } = await api.POST("/salon/v1/conversations", { body: { title, settings: { model: MODEL } } })
  if (!data) throw new Error("no conversation")
  return data.id
}

async function say(id: string, text: string): Promise<void> {
  const path = { conversation_id: id }
  const { error } = await api.POST("/salon/v1/conversations/{conversation_id}/send", { params: { path }, body: { text } })
  if (error) throw new Error(JSON.stringify(error))
}

async function append(id: string, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, at) =>
    at % 2 === 0
      ? { role: "user" as const, text: `Question ${at}` }
      : { role: "assistant" as const, author: { kind: "model" as const, name: MODEL }, text: `Answer ${at}. ${"Words. ".repeat(40)}` },
  )
  const path = { conversation_id: id }
  const { error } = await api.POST("/salon/v1/conversations/{conversation_id}/messages", { params: { path }, body: { messages } })
  if (error) throw new Error(JSON.stringify(error))
}

const open = (id: string, more = "") => visit(browser, `${HOUSE}/c/${id}${more}`)
const turns = (page: Page) => page.locator("[data-turn]")
const lastText = (page: Page) => turns(page).last().locator(".md").last()
const ended = (page: Page) => page.locator("[data-running]").waitFor({ state: "detached" })
const words = (text: string | null): number => (text ?? "").split("tok").length - 1

test("what is said elsewhere appears, its answer is followed, and a reload in the middle ends with the same", async () => {
  const id = await begin()
  const [one, other] = [await open(id), await open(id)]
  await say(id, "Go {{fake tokens=240;rate=30}}")
  await one.page.locator("[data-running] .md .caret").waitFor()
  await expect.poll(async () => words(await lastText(one.page).textContent())).toBeGreaterThan(5)
  await one.page.reload()
  await one.page.locator("[data-running]").waitFor()
  await Promise.all([ended(one.page), ended(other.page)])
  expect(await one.page.getByRole("button", { name: "Jump to latest" }).count()).toBe(0)
  const texts = [await lastText(one.page).textContent(), await lastText(other.page).textContent()]
  expect(words(texts[0] ?? "")).toBe(240)
  expect(texts[1]).toBe(texts[0])
  await expect.poll(() => other.page.locator("[role=status].sr-only").textContent()).toContain("tok tok")
  expect(one.complaints).toEqual([])
  await one.close()
  await other.close()
})

test("an answer that is stopped keeps its words, says so, and goes on below", async () => {
  const id = await begin()
  const { page, close } = await open(id)
  await say(id, "Go {{fake tokens=400;rate=20}}")
  await page.locator("[data-running] .md").waitFor()
  await page.keyboard.press("Escape")
  await ended(page)
  await page.getByText("Stopped.").waitFor()
  expect(words(await lastText(page).textContent())).toBeGreaterThan(0)
  await page.getByRole("button", { name: "Continue" }).click()
  await expect.poll(() => turns(page).count()).toBe(3)
  await close()
})

test("a failure keeps what was said, tells why and what to do, and can be tried again", async () => {
  const id = await begin()
  const { page, close } = await open(id)
  await say(id, "Go {{fake tokens=20;fault=error-in-stream}}")
  await page.getByText("failed with status").waitFor()
  expect(words(await lastText(page).textContent())).toBeGreaterThan(0)
  await page.getByRole("button", { name: "Retry" }).click()
  await page.getByRole("group", { name: "Versions" }).waitFor()
  await close()
})

test("a question is edited in place and answered anew; the version before is a key away", async () => {
  const id = await begin()
  await say(id, "First {{fake tokens=5}}")
  const { page, close } = await open(id)
  await expect.poll(() => turns(page).count()).toBe(2)
  await ended(page)
  await turns(page).first().focus()
  await page.keyboard.press("e")
  await page.getByRole("textbox", { name: "Edit the message" }).fill("Second {{fake tokens=7}}")
  await page.keyboard.press("Control+Enter")
  await expect.poll(() => turns(page).first().textContent()).toContain("Second")
  await expect.poll(async () => words(await lastText(page).textContent())).toBe(7)
  await turns(page).first().focus()
  await page.keyboard.press("ArrowLeft")
  await expect.poll(() => turns(page).first().textContent()).toContain("First")
  await expect.poll(async () => words(await lastText(page).textContent())).toBe(5)
  await close()
})

test("an answer is made again with a key, and a branch begins at a turn", async () => {
  const id = await begin()
  await say(id, "Go {{fake tokens=5}}")
  const { page, close } = await open(id)
  await expect.poll(async () => words(await lastText(page).textContent())).toBe(5)
  await ended(page)
  await turns(page).last().focus()
  await page.keyboard.press("r")
  await page.getByText("2 of 2").waitFor()
  await turns(page).first().focus()
  await page.keyboard.press("b")
  await page.waitForURL(/branch=/)
  await expect.poll(() => turns(page).count()).toBe(1)
  await close()
})

test("who is asked again is among those that can answer, by alias too, and no more are ticked than fit", async () => {
  const id = await begin()
  await append(id, 2)
  const { page, close } = await visit(browser, "about:blank")
  await page.route(/\/salon\/v1\/models(\?|$)/, async (route) => {
    const response = await route.fetch()
    const body: { items: object[] } = await response.json()
    const more = (name: string, can: string) => ({ ...body.items[0], id: `many/${name}`, name, provider: "many", capabilities: [can], aliases: [] })
    const many = Array.from({ length: 70 }, (_, at) => more(`model-${at}`, "streaming"))
    await route.fulfill({ response, json: { ...body, items: [...body.items, more("vectors", "embedding"), ...many] } })
  })
  await page.goto(`${HOUSE}/c/${id}`)
  await turns(page).last().getByRole("button", { name: "More actions" }).click()
  await page.getByRole("menuitem", { name: "Regenerate with …" }).click()
  const dialog = page.getByRole("dialog", { name: "Who is to answer again?" })
  const [boxes, search] = [dialog.getByRole("checkbox"), dialog.getByRole("searchbox", { name: "Search the models" })]
  await dialog.getByText("Search for more.").waitFor()
  await search.fill("vectors")
  await dialog.getByText("No model has these words.").waitFor()
  await search.fill("many/model-1")
  await expect.poll(() => boxes.count()).toBe(11)
  const first = Array.from({ length: 8 }, (_, at) => boxes.nth(at))
  for (const one of first) await one.check()
  await dialog.getByText("No more than 8 models answer at once.").waitFor()
  expect(await boxes.nth(8).isDisabled()).toBe(true)
  for (const one of first) await one.uncheck()
  await search.fill("fake")
  await dialog.getByRole("checkbox", { name: /^fake / }).check()
  await dialog.getByRole("button", { name: "Regenerate" }).click()
  await page.getByText("2 of 2").waitFor()
  await close()
})

test("a message that is deleted comes back when that is taken back", async () => {
  const id = await begin()
  await append(id, 2)
  const { page, close } = await open(id)
  await turns(page).last().getByRole("button", { name: "More actions" }).click()
  await page.getByRole("menuitem", { name: "Delete" }).click()
  await page.getByText("This message was deleted.").waitFor()
  await close()
})

test("a long conversation opens at its end with few turns drawn, and is read up to its start", async () => {
  const id = await begin()
  for (let part = 0; part < 3; part += 1) await append(id, 100)
  const { page, close } = await open(id)
  await expect.poll(() => turns(page).last().textContent()).toContain("Answer 99")
  expect(await turns(page).count()).toBeLessThan(60)
  const scroller = page.locator(".turns")
  const atEnd = () => scroller.evaluate((one) => one.scrollHeight - one.clientHeight - one.scrollTop)
  await expect.poll(atEnd).toBeLessThan(2)
  await scroller.hover()
  await page.mouse.wheel(0, -600)
  await page.getByRole("button", { name: "Jump to latest" }).waitFor()
  let top = -1
  await expect.poll(async () => top === (top = await scroller.evaluate((one) => one.scrollTop))).toBe(true)
  // What comes below moves nothing that is read.
  const key = await page.evaluate(() => document.elementFromPoint(720, 300)?.closest("[data-turn]")?.getAttribute("data-turn"))
  const read = page.locator(`[data-turn="${key}"]`)
  const before = await read.boundingBox()
  await say(id, "Go {{fake tokens=30}}")
  await page.getByRole("button", { name: "Jump to latest, 2 new" }).waitFor()
  expect((await read.boundingBox())?.y).toBe(before?.y)
  await page.getByRole("button", { name: "Jump to latest" }).click()
  await expect.poll(atEnd).toBeLessThan(2)
  for (let step = 0; step < 400; step += 1) {
    await page.mouse.wheel(0, -3_000)
    if ((await scroller.evaluate((one) => one.scrollTop)) > 0) continue
    if (await page.getByText("Question 0", { exact: true }).first().isVisible()) break
  }
  await page.keyboard.press("j")
  await expect.poll(() => page.evaluate(() => document.activeElement?.hasAttribute("data-turn"))).toBe(true)
  await close()
})

test("a link to a message opens there, and the score leads anywhere", async () => {
  const id = await begin()
  for (let part = 0; part < 3; part += 1) await append(id, 100)
  const path = { conversation_id: id }
  const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/outline", { params: { path } })
  const linked = data?.items[41]?.id ?? ""
  const { page, close } = await open(id, `?message=${linked}`)
  const turn = page.locator(`[data-message="${linked}"]`)
  await turn.waitFor()
  await expect.poll(async () => (await turn.boundingBox())?.y ?? 0).toBeLessThan(200)
  const score = page.getByRole("slider", { name: "The score of the conversation" })
  expect(await score.getAttribute("aria-valuemax")).toBe("300")
  await score.focus()
  await page.keyboard.press("End")
  await expect.poll(() => turns(page).last().textContent()).toContain("Answer 99")
  await close()
})

const jump = (page: Page) => page.getByRole("button", { name: /^Jump to latest/ })

test("where all is in the view there is nothing to jump to, however it was opened", async () => {
  const id = await begin()
  await append(id, 2)
  const path = { conversation_id: id }
  const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/outline", { params: { path } })
  const { page, close } = await open(id, `?message=${data?.items[0]?.id}`)
  await expect.poll(() => turns(page).count()).toBe(2)
  await expect.poll(() => jump(page).count()).toBe(0)
  await page.keyboard.press("k")
  await expect.poll(() => turns(page).first().evaluate((turn) => turn === document.activeElement)).toBe(true)
  expect(await jump(page).count()).toBe(0)
  await close()
})

test("a link to a message that is on another branch opens that branch", async () => {
  const id = await begin()
  await append(id, 2)
  const path = { conversation_id: id }
  const first = (await api.GET("/salon/v1/conversations/{conversation_id}/outline", { params: { path } })).data?.items[0]?.id ?? ""
  const made = await api.POST("/salon/v1/conversations/{conversation_id}/branches", { params: { path }, body: { name: "aside", head_id: first } })
  const body = { branch_id: made.data?.id ?? "", messages: [{ role: "user" as const, text: "Only here" }] }
  const said = await api.POST("/salon/v1/conversations/{conversation_id}/messages", { params: { path }, body })
  const { page, close } = await open(id, `?message=${said.data?.messages[0]?.id}`)
  await page.getByText("Only here").first().waitFor()
  await page.locator("header").getByText("aside").last().waitFor()
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("And this {{fake tokens=3}}")
  await page.keyboard.press("Enter")
  await expect.poll(() => turns(page).count()).toBe(4)
  await close()
})

/** Has the last answer, of five words, made again; returns both side by side. */
async function answeredTwice(page: Page): Promise<Locator> {
  await expect.poll(async () => words(await lastText(page).textContent())).toBe(5)
  await ended(page)
  await turns(page).last().focus()
  await page.keyboard.press("r")
  await page.getByText("2 of 2").waitFor()
  await page.getByRole("button", { name: "Side by side" }).click()
  const lanes = page.getByRole("group", { name: "Answers side by side" }).getByRole("article")
  await expect.poll(() => lanes.count()).toBe(2)
  return lanes
}

test.for([WIDE, NARROW])("versions stand side by side in the column, and it goes on with the one that is picked: %o", async (viewport) => {
  const id = await begin()
  await say(id, "Go {{fake tokens=5}}")
  const { page, close } = await visit(browser, `${HOUSE}/c/${id}`, { viewport })
  const lanes = await answeredTwice(page)
  expect(await page.getByRole("dialog").count()).toBe(0)
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor()
  const [one, two] = [await lanes.nth(0).boundingBox(), await lanes.nth(1).boundingBox()]
  expect(one?.y).toBe(two?.y)
  expect(one?.width).toBe(two?.width)
  if (viewport === NARROW) {
    const pages = page.getByRole("group", { name: "Answers", exact: true })
    await pages.getByRole("button", { name: "2 fake", exact: true }).click()
    await pages.getByRole("button", { name: "1 fake", exact: true }).click()
  }
  await lanes.first().getByRole("button", { name: "Go on with this one" }).click()
  await page.getByText("1 of 2").waitFor()
  expect(await lanes.count()).toBe(0)
  await close()
})

test("an answer beside others is edited where it stands, by its menu and with a key", async () => {
  const id = await begin()
  await say(id, "Go {{fake tokens=5}}")
  const { page, complaints, close } = await open(id)
  const lanes = await answeredTwice(page)
  await lanes.first().getByRole("button", { name: "More actions" }).click()
  await page.getByRole("menuitem", { name: "Edit" }).click()
  await lanes.first().getByRole("textbox", { name: "Edit the message" }).fill("Put otherwise")
  await page.keyboard.press("Control+Enter")
  await expect.poll(() => lanes.count()).toBe(3)
  await lanes.last().getByText("Put otherwise").waitFor()
  await turns(page).last().focus()
  await page.keyboard.press("e")
  const editor = lanes.last().getByRole("textbox", { name: "Edit the message" })
  await expect.poll(() => editor.inputValue()).toBe("Put otherwise")
  await editor.press("Escape")
  await editor.waitFor({ state: "detached" })
  expect(complaints).toEqual([])
  await close()
})

test("copying the link of a conversation is told", async () => {
  const { page, close } = await open(await begin())
  await page.getByRole("button", { name: "What can be done with the conversation" }).click()
  await page.getByRole("menuitem", { name: "Copy the link" }).click()
  await page.getByText("Copied.", { exact: true }).waitFor()
  await close()
})

test("who may not find it is told so", async () => {
  const { page, close } = await open("cnv_00000000000000000000000000")
  await page.getByText("This conversation is not here").waitFor()
  await close()
})

test.each(["light", "dark"] as const)("axe finds nothing in the %s theme, wide and narrow", async (colorScheme) => {
  const id = await begin()
  await append(id, 4)
  await say(id, "Go {{fake tokens=5;fault=error-in-stream}}")
  for (const viewport of [{ width: 1440, height: 900 }, NARROW]) {
    const { page, close } = await visit(browser, `${HOUSE}/c/${id}`, { colorScheme, viewport, bypassCSP: true, reducedMotion: "reduce" })
    await page.getByText("failed with status").waitFor()
    expect(await axeFindings(page)).toEqual([])
    await close()
  }
})

test("a folder that is deleted comes back with what was in it", async () => {
  const id = await begin("On the way")
  await append(id, 1)
  const { data: folder } = await api.POST("/salon/v1/folders", { body: { name: "Journeys" } })
  if (!folder) throw new Error("no folder")
  await api.POST("/salon/v1/acts", { body: { act: "move", ids: [id], folder_id: folder.id } })
  const { page, complaints, close } = await open(id)
  const shown = page.getByRole("treeitem", { name: /Journeys/ })
  await shown.click({ button: "right" })
  await page.getByRole("menuitem", { name: "Delete the folder" }).click()
  await page.getByText("Folder Journeys deleted. What was in it moved up.").waitFor()
  await shown.waitFor({ state: "detached" })
  await page.getByRole("button", { name: "Undo" }).click()
  await shown.waitFor()
  const { data } = await api.GET("/salon/v1/conversations", { params: { query: { folder: folder.id } } })
  expect(data?.items.map((one) => one.id)).toEqual([id])
  expect(complaints).toEqual([])
  await close()
})

test("a conversation is dragged into a folder, and what is dropped or pasted stands in the box", async () => {
  const id = await begin("To be carried")
  await append(id, 2)
  await api.POST("/salon/v1/folders", { body: { name: "Carried" } })
  const { page, close } = await open(id)
  // A row that moves while the list is still read lets go of what is dragged.
  await page.waitForLoadState("networkidle")
  await page.locator(`[data-row="${id}"]`).dragTo(page.getByRole("treeitem", { name: /Carried/ }))
  await page.getByText("Moved to Carried").waitFor()
  const box = page.getByRole("textbox", { name: "Message", exact: true })
  await turns(page).last().evaluate((turn) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(["hello"], "dropped.txt", { type: "text/plain" }))
    for (const type of ["dragenter", "dragover", "drop"]) turn.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
  })
  await page.getByRole("button", { name: "Take dropped.txt away" }).waitFor()
  await box.evaluate((field) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(["GIF89a"], "pasted.gif", { type: "image/gif" }))
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
  })
  await page.getByRole("button", { name: "Take pasted.gif away" }).waitFor()
  await close()
})
