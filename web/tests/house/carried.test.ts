import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { t } from "@lingui/core/macro"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"
import { begin, box, button, ended, HOUSE, speak, turns } from "./play.ts"

/** What is carried onto a conversation from elsewhere: words, links, files, folders and pictures, dropped or pasted. */

let browser: Browser
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
})
afterAll(() => browser.close())

const SAID = [{ text: "Who keeps the light?" }, { model: "demo", text: "A keeper, and later a clock." }]
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNg+M+AB41KM5CgGwBoF2NLIMo2bwAAAABJRU5ErkJggg=="
const chip = (page: Page, name: string) => button(page, t`Take ${name} away`)

interface DragData {
  items: { mimeType: string; data: string }[]
  files?: string[]
  dragOperationsMask: number
}

/** Drag something in from outside the window, as the browser itself would, and let it go over a turn. */
async function drop(page: Page, data: Omit<DragData, "dragOperationsMask">): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const at = await turns(page).last().boundingBox()
  if (at === null) throw new Error("no turn")
  const point = { x: at.x + at.width / 2, y: at.y + at.height / 2 }
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, ...point, data: { ...data, dragOperationsMask: 1 } })
  }
}

/** Paste what another program has put on the clipboard. */
async function paste(page: Page, types: Readonly<Record<string, string>>, png: string | null = null): Promise<void> {
  await box(page).focus()
  const isTaken = await box(page).evaluate(
    (field, brought) => {
      const clipboardData = new DataTransfer()
      for (const [type, text] of Object.entries(brought.types)) clipboardData.setData(type, text)
      if (brought.png !== null) clipboardData.items.add(new File([Uint8Array.from(atob(brought.png), (sign) => sign.charCodeAt(0))], "image.png", { type: "image/png" }))
      return !field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
    },
    { types, png },
  )
  // What the page leaves to the browser, the browser writes: its plain words.
  if (!isTaken) await page.keyboard.insertText(types["text/plain"] ?? "")
}

test("words and links that are dropped on the conversation stand in the box, and the page stays", async () => {
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${await begin("Dropped words", SAID)}`)
  await turns(page).last().waitFor()
  await box(page).fill("Read this:")
  await drop(page, { items: [{ mimeType: "text/plain", data: "Herons wade." }] })
  await expect.poll(() => box(page).inputValue()).toBe("Read this:\n\nHerons wade.")
  const address = "https://herons.example/wading"
  await drop(page, { items: [{ mimeType: "text/uri-list", data: address }, { mimeType: "text/plain", data: address }, { mimeType: "text/html", data: `<a href="${address}">Wading</a>` }] })
  await expect.poll(() => box(page).inputValue()).toBe(`Read this:\n\nHerons wade.\n\n${address}`)
  await drop(page, { items: [{ mimeType: "text/plain", data: "All work and no play. ".repeat(400) }] })
  await chip(page, `${t`Pasted text`}.txt`).waitFor()
  expect(new URL(page.url()).origin).toBe(HOUSE)
  expect(complaints).toEqual([])
  await close()
})

test("several files and a folder with what is below it are taken, but for what is hidden", async () => {
  const folder = await mkdtemp(join(tmpdir(), "salon-carried-"))
  await mkdir(join(folder, "notes", "deeper"), { recursive: true })
  await mkdir(join(folder, "notes", ".git"))
  for (const name of ["one.txt", "two.txt", "notes/three.txt", "notes/deeper/four.txt", "notes/.git/config", "notes/.hidden"]) {
    await writeFile(join(folder, name), `This is ${name}.`)
  }
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${await begin("Dropped files", SAID)}`)
  await turns(page).last().waitFor()
  await drop(page, { items: [], files: ["one.txt", "two.txt", "notes"].map((name) => join(folder, name)) })
  for (const name of ["one.txt", "two.txt", "three.txt", "four.txt"]) await chip(page, name).waitFor()
  expect(await page.getByRole("button", { name: /^Take .* away$/ }).count()).toBe(4)
  await box(page).fill("demo:echo All four.")
  await box(page).press("Enter")
  await turns(page).nth(2).getByRole("link", { name: "four.txt" }).waitFor()
  await ended(page)
  const [saved] = await Promise.all([page.waitForEvent("download"), turns(page).nth(2).getByRole("link", { name: "four.txt" }).click()])
  expect(await readFile(await saved.path(), "utf8")).toBe("This is notes/deeper/four.txt.")
  await drop(page, { items: [], files: [join(folder, "notes", "deeper")] })
  await chip(page, "four.txt").waitFor()
  expect(complaints).toEqual([])
  await close()
  await rm(folder, { recursive: true })
})

test("what is pasted is words, a file or a picture, as it was meant", async () => {
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${await begin("Pasted", SAID)}`)
  await turns(page).last().waitFor()
  // Cells of a spreadsheet come as words, as a table and as a picture of it.
  await paste(page, { "text/plain": "Tide\t3 m", "text/html": "<table><tr><td><b>Tide</b></td><td>3 m</td></tr></table>" }, PNG)
  await expect.poll(() => box(page).inputValue()).toBe("Tide\t3 m")
  await paste(page, { "text/html": "<img src='https://elsewhere.example/a.png'>" }, PNG)
  await chip(page, "image.png").waitFor()
  await expect.poll(() => page.getByRole("img", { name: "image.png" }).or(page.locator("form img")).first().evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
  const long = "All work and no play. ".repeat(400)
  await paste(page, { "text/plain": long, "text/html": `<p>${long}</p>` })
  await chip(page, `${t`Pasted text`}.txt`).waitFor()
  expect(await box(page).inputValue()).toBe("Tide\t3 m")
  expect(complaints).toEqual([])
  await close()
})

test("what is dragged within the page goes to no box that it was not dropped on", async () => {
  const id = await begin("Dragged within", SAID)
  const { page, close } = await visit(browser, `${HOUSE}/c/${id}`)
  await page.waitForLoadState("networkidle")
  await box(page).fill("Untouched")
  await page.locator(`[data-row="${id}"]`).dragTo(turns(page).last())
  await turns(page).first().getByText("Who keeps the light?").waitFor()
  expect(await box(page).inputValue()).toBe("Untouched")
  await close()
})
