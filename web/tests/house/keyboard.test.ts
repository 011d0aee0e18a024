import type { Browser, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"
import { answers, box, button, ended, HOUSE, speak, turns } from "./play.ts"

/** From the first run to a shared link by the keys alone: each stop can be seen, and each layer gives the focus back. */

let browser: Browser
let page: Page
let complaints: readonly string[]
let close: () => Promise<void>
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
  ;({ page, complaints, close } = await visit(browser, HOUSE, { reducedMotion: "reduce" }))
})
afterAll(async () => {
  await close()
  await browser.close()
})

const MOST_STOPS = 60
/** Names of stops that nobody could see. */
const unseen = new Set<string>()

const press = (keys: string): Promise<void> => page.keyboard.press(keys)
const type = (words: string): Promise<void> => page.keyboard.type(words)
const isHere = (target: Locator): Promise<boolean> => target.evaluate((one) => one === document.activeElement)
/** The focus is there, or comes there by itself. */
async function comesTo(target: Locator, what: string): Promise<void> {
  const where = (): Promise<string> =>
    target.evaluate((one) => (one === document.activeElement ? "there" : (document.activeElement?.outerHTML.slice(0, 160) ?? "nowhere")))
  await expect.poll(where, { message: `the focus comes to ${what}`, timeout: 10_000 }).toBe("there")
}

/** Note a stop that has no outline, itself or around it. */
async function look(): Promise<void> {
  const bare = await page.evaluate(() => {
    const here = document.activeElement
    // From the last stop of a dialog Tab leads to the browser's own, and then to the first.
    if (here === null || here === document.body) return document.querySelector("dialog:modal") ? null : "nothing"
    // A box in a frame shows it there; what is as large as the window shows it in what is in it.
    for (let one: Element | null = here, left = 4; one !== null && left > 0; one = one.parentElement, left -= 1) {
      const { outlineStyle, outlineWidth } = getComputedStyle(one)
      if (outlineStyle !== "none" && outlineWidth !== "0px") return null
    }
    return `${here.tagName} ${here.getAttribute("role") ?? ""} ${here.getAttribute("aria-label") ?? here.textContent.slice(0, 40)}`
  })
  if (bare !== null) unseen.add(bare)
}

/** Go there with Tab, or backwards. */
async function tabTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await target.waitFor()
  const passed: string[] = []
  while (!(await isHere(target))) {
    await press(key)
    await look()
    passed.push(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent.slice(0, 24) ?? ""))
    if (passed.length > MOST_STOPS) throw new Error(`not reached by ${key}: ${passed.join(" > ")}`)
  }
}

/** Open a menu that has the focus on its button, and choose by the first letters. */
async function inMenu(letters: string, item: string): Promise<void> {
  await press("Enter")
  await page.getByRole("menu").waitFor()
  const wanted = page.getByRole("menuitem", { name: item, exact: true })
  await type(letters)
  // Where the letters came with long pauses, each of them was a search of its own.
  await expect
    .poll(async () => {
      if (await isHere(wanted)) return true
      await page.waitForTimeout(1_200)
      await type(letters)
      return false
    })
    .toBe(true)
  await look()
  await press("Enter")
}

async function answered(words: string): Promise<void> {
  await expect.poll(() => answers(page).last().textContent()).toContain(words)
  await ended(page)
}

test("a new person tries the demo, and hears its answer once", async () => {
  await tabTo(button(page, "Open the demo"))
  await press("Enter")
  await comesTo(box(page), "the box")
  await type("demo:echo The heron waits")
  await press("Enter")
  await page.waitForURL(/\/c\/cnv_/)
  await answered("The heron waits")
  await comesTo(box(page), "the box after sending")
  await page.evaluate(() => {
    const said: string[] = []
    Reflect.set(globalThis, "said", said)
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const region = target instanceof Element ? target.closest("[role=status]") : target.parentElement?.closest("[role=status]")
        if (region?.textContent) said.push(region.textContent)
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  await type("demo:words 40 demo:slow 30")
  await press("Enter")
  await page.locator("[data-running] .md").waitFor()
  const log = page.getByRole("log", { name: "Messages" })
  expect(await log.getAttribute("aria-live")).toBe("off")
  expect(await log.getByRole("article").last().getAttribute("aria-busy")).toBe("true")
  await ended(page)
  const whole = (await answers(page).last().innerText()).trim()
  const heard = (): Promise<string[]> => page.evaluate(() => Reflect.get(globalThis, "said"))
  await expect.poll(async () => (await heard()).filter((line) => line.includes(whole.slice(0, 20)))).toEqual([`demo: ${whole}`])
  expect(await log.ariaSnapshot()).toMatch(/article "Owner"[^]*article "demo"[^]*article "Owner"[^]*article "demo"/)
})

test("what was said is changed, asked again and branched", async () => {
  await press("ArrowUp")
  await page.getByText("You change your last message.").waitFor()
  await press("Control+a")
  await type("demo:echo A heron at dusk")
  await press("Enter")
  await answered("A heron at dusk")
  await page.getByText("2 of 2").waitFor()
  await comesTo(box(page), "the box after a change")
  await press("ArrowUp")
  await page.getByText("You change your last message.").waitFor()
  await press("Escape")
  await comesTo(box(page), "the box after no change")
  await tabTo(turns(page).and(page.locator("[tabindex='0']")), "Shift+Tab")
  await press("k")
  await press("k")
  await press("k")
  await comesTo(turns(page).first(), "the first turn")
  await press("j")
  await comesTo(turns(page).nth(1), "the second turn")
  await look()
  await press("j")
  await comesTo(turns(page).nth(2), "the changed turn")
  await press("ArrowLeft")
  await page.getByText("1 of 2").waitFor()
  await comesTo(turns(page).nth(2), "the other version")
  await press("ArrowRight")
  await page.getByText("2 of 2").waitFor()
  await comesTo(turns(page).nth(2), "the version that was there")
  await press("e")
  await comesTo(page.getByRole("textbox", { name: "Edit the message" }), "the editor in the turn")
  await press("Escape")
  await comesTo(turns(page).nth(2), "the turn after no change")
  await press("k")
  await comesTo(turns(page).nth(1), "the first answer")
  await press("b")
  await page.waitForURL(/branch=/)
  await comesTo(turns(page).nth(1), "the answer the branch begins at")
  await turns(page).nth(2).waitFor({ state: "detached" })
  await tabTo(box(page))
  await type("demo:echo Another shore")
  await press("Enter")
  await answered("Another shore")
})

test("layers open by keys, take what is typed at once, and give the focus back", async () => {
  await press("Control+k")
  await type("another")
  const found = page.getByRole("combobox", { name: "Search or run…" })
  await expect.poll(() => found.inputValue()).toBe("another")
  await press("Escape")
  await comesTo(box(page), "the box after the palette")
  expect(await box(page).inputValue()).toBe("")
  await press("Control+/")
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
  await press("Escape")
  await comesTo(box(page), "the box after the shortcuts")
  const model = page.getByRole("button", { name: /^Model: / })
  await tabTo(model)
  await press("Enter")
  await page.getByRole("option").first().waitFor()
  await press("Escape")
  await comesTo(box(page), "the box after the models")
  await press("Control+.")
  const part = page.getByRole("tab", { selected: true })
  await part.waitFor()
  await press("F6")
  await look()
  await tabTo(part)
  await press("ArrowRight")
  await comesTo(page.getByRole("tab", { selected: true }), "its next part")
  await press("Control+.")
  await part.waitFor({ state: "detached" })
})

test("a conversation gets a name, a folder and a link, and the house another look", async () => {
  const list = page.getByRole("list", { name: "Conversations" })
  const row = list.getByRole("link").first()
  await press("F6")
  await look()
  const menu = button(page, "List and folders")
  await tabTo(menu)
  await inMenu("new f", "New folder …")
  await comesTo(page.getByRole("textbox", { name: "Name" }), "the name of the folder")
  await type("Birds")
  await press("Enter")
  await page.getByRole("treeitem", { name: "Birds" }).waitFor()
  await comesTo(menu, "the menu of the list")
  await tabTo(row)
  await press("F2")
  await comesTo(page.getByRole("textbox", { name: "Title" }), "the title")
  await type("Herons")
  await press("Enter")
  await page.getByRole("link", { name: "Herons" }).waitFor()
  await comesTo(page.getByRole("link", { name: "Herons" }), "the renamed row")
  await page.getByRole("heading", { name: "Herons", level: 1 }).waitFor()
  await press("Shift+F10")
  await page.getByRole("menu").waitFor()
  await type("move")
  await press("Enter")
  const folders = page.getByRole("dialog", { name: "Move to a folder" })
  await comesTo(button(folders, "No folder"), "the folders")
  await press("ArrowDown")
  await comesTo(button(folders, "Birds"), "the folder")
  await press("Enter")
  await page.getByRole("treeitem", { name: "Birds" }).getByText("1 conversation", { exact: true }).waitFor({ state: "attached" })
  await comesTo(button(list, "What can be done").first(), "the menu of the row")
  await press("Home")
  await comesTo(page.getByRole("link", { name: "Herons" }), "the moved row")
  const dots = button(page, "What can be done with the conversation")
  await tabTo(dots)
  await inMenu("ren", "Rename")
  await comesTo(page.getByRole("textbox", { name: "Title" }), "the title above")
  await type("Grey herons")
  await press("Enter")
  const heading = page.getByRole("heading", { name: "Grey herons", level: 1 })
  await heading.waitFor()
  await comesTo(heading, "the new title")
  await tabTo(dots)
  await inMenu("share", "Share")
  const dialog = page.getByRole("dialog", { name: "Share" })
  await tabTo(button(dialog, "Make the link"))
  await press("Enter")
  await dialog.getByRole("img", { name: "The link as a QR code" }).waitFor()
  await comesTo(dialog.getByRole("textbox", { name: "Link" }), "the link")
  await press("Escape")
  await comesTo(dots, "the menu of the conversation")
  await press("Control+k")
  await type("appearance")
  await page.getByRole("option", { name: /Appearance/ }).first().waitFor()
  await press("Enter")
  await page.waitForURL(/settings\/appearance/)
  await tabTo(page.getByRole("combobox", { name: "Theme" }))
  await type("d")
  await expect.poll(() => page.locator("html").getAttribute("data-theme")).toBe("dark")
  await look()
})

test("no stop was out of sight, and nothing was complained about", () => {
  expect([...unseen]).toEqual([])
  expect(complaints).toEqual([])
})
