import { t } from "@lingui/core/macro"
import type { Browser, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { NARROW, openBrowser, visit, WIDE } from "../browser/browser.ts"
import { api, begin, button, ended, HOUSE, say, speak, turns } from "./play.ts"
import { holdAnswers } from "./held-answers.ts"

/** What an answer is made of besides words: calls of tools, what is cited, thoughts, pictures, recordings, files. */

let browser: Browser
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
})
afterAll(() => browser.close())

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNg+M+AB41KM5CgGwBoF2NLIMo2bwAAAABJRU5ErkJggg=="
const text = (words: string) => ({ kind: "text", text: words })
const call = (id: string, name: string, said: object) => ({ kind: "tool-call", id, name, arguments: JSON.stringify(said) })
const gave = (id: string, parts: object[], isError = false) => ({ kind: "tool-result", tool_call_id: id, parts, ...(isError ? { is_error: true } : {}) })

async function answer(title: string, parts: object[], before: object[] = [text("What is it?")]): Promise<string> {
  const id = await begin(title)
  const messages = [
    { role: "user" as const, parts: before.map((part) => ({ ...part })) },
    { role: "assistant" as const, author: { kind: "model" as const, name: "demo" }, parts: parts.map((part) => ({ ...part })) },
  ]
  const { error } = await api.POST("/salon/v1/conversations/{conversation_id}/messages", { params: { path: { conversation_id: id } }, body: { messages } })
  expect(error).toBeUndefined()
  return id
}

async function store(name: string, type: string, content: Buffer): Promise<string> {
  const stored = await fetch(`${HOUSE}/salon/v1/files?name=${name}`, { method: "POST", headers: { "Content-Type": type }, body: new Uint8Array(content) })
  const { id }: { id: string } = await stored.json()
  return id
}

const line = (page: Page, name: string): Locator => page.getByRole("button", { name: new RegExp(`^${name} `) })

test("a call of a tool is one line that says how it stands, and opens to what it was told and gave", async () => {
  const picture = await store("map.png", "image/png", Buffer.from(PNG, "base64"))
  const id = await answer("Tools", [
    call("c1", "look_up", { city: "Zürich" }),
    call("c2", "measure", { depth: 3 }),
    call("c3", "count", { of: "stars" }),
    gave("c1", [text('{"rows": 3}'), { kind: "image", file_id: picture, name: "map.png" }]),
    gave("c2", [text("The probe is out.")], true),
    text("Three rows."),
  ])
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${id}`)
  await line(page, "look_up").getByText(t`done`).waitFor()
  await line(page, "measure").getByText(t`failed`).waitFor()
  await line(page, "count").getByText(t`no result`).waitFor()
  await line(page, "look_up").click()
  await page.getByText('"city"').waitFor()
  await page.getByText('"rows"').waitFor()
  await page.getByRole("img", { name: "map.png" }).waitFor()
  await line(page, "measure").click()
  await page.getByText("The probe is out.").waitFor()
  await line(page, "look_up").click()
  await page.getByText('"rows"').waitFor({ state: "detached" })
  expect(complaints).toEqual([])
  await close()
})

test("what a tool gave at length begins in its line, and all of it can be saved", async () => {
  const whole = "0123456789".repeat(5_000)
  const id = await answer("Long results", [call("c1", "dump", {}), gave("c1", [text(whole)]), text("There.")])
  const { page, close } = await visit(browser, `${HOUSE}/c/${id}`, { viewport: NARROW })
  await line(page, "dump").click()
  const count = (50_000).toLocaleString("en")
  await page.getByText(t`This is the beginning of ${count} signs.`).waitFor()
  const [saved] = await Promise.all([page.waitForEvent("download"), button(page, t`Save all of it`).click()])
  expect(saved.suggestedFilename()).toBe("dump.txt")
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await close()
})

test("a call says that it waits, runs and is done while the answer comes", async () => {
  const id = await begin("A slow tool")
  const held = await visit(browser, "about:blank")
  const next = await holdAnswers(held.page, [
    { kind: "tool-call-start", index: 1, id: "c1", name: "look_up" },
    { kind: "tool-call-delta", index: 1, arguments: '{"city": "Zürich"}' },
    { kind: "tool-approval", position: 0, call_id: "c1", name: "look_up", state: "waiting" },
    { kind: "tool-start", position: 0, call_id: "c1", name: "look_up" },
    { kind: "tool-result", position: 0, duration_ms: 1_200, result: { kind: "tool-result", tool_call_id: "c1", parts: [text("Cold.")] } },
  ])
  await held.page.goto(`${HOUSE}/c/${id}`)
  await say(held.page, "demo:words 900 demo:slow 50")
  next()
  for (const stands of [t`is written`, t`waits for leave`, t`runs`, t`done`]) {
    next()
    await line(held.page, "look_up").getByText(stands).waitFor()
  }
  next.all()
  await held.page.keyboard.press("Escape")
  await ended(held.page)
  await held.close()
})

const PAGES = [
  { kind: "citation", url: "https://tides.example/almanac", title: "The almanac", end: 17 },
  { kind: "citation", url: "https://moon.example/", title: "On the moon", end: 17 },
]

test.for([WIDE, NARROW])("a number leads to its source among all, and a source back to where it is cited: %o", async (viewport) => {
  const id = await answer("Sources", [text("The tide is high. So it is."), ...PAGES, text("And low again."), { kind: "citation", url: "https://moon.example/", end: 14 }])
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${id}`, { viewport })
  const [number, name] = [2, "On the moon"]
  const cited = button(turns(page).last(), t`Source ${number}: ${name}`)
  await expect.poll(() => cited.count()).toBe(2)
  await cited.last().click()
  const row = page.getByRole("complementary", { name: t`Inspector` }).locator("li[aria-current]")
  await row.getByText("On the moon").waitFor()
  await row.getByText("2", { exact: true }).waitFor()
  await expect.poll(() => row.getByRole("button").evaluate((one) => one === document.activeElement)).toBe(true)
  await row.getByRole("button").press("Enter")
  expect(complaints).toEqual([])
  await close()
})

test("thoughts are folded; pictures, recordings and files of a question and an answer are there", async () => {
  const [picture, sound, notes] = await Promise.all([
    store("heron.png", "image/png", Buffer.from(PNG, "base64")),
    store("call.wav", "audio/wav", Buffer.from("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=", "base64")),
    store("notes.txt", "text/plain", Buffer.from("Herons wade.")),
  ])
  const id = await answer(
    "Media",
    [
      { kind: "reasoning", text: "First the water, then the bird." },
      text("Here:"),
      { kind: "image", file_id: picture, name: "heron.png" },
      { kind: "audio", file_id: sound, name: "call.wav", transcript: "Fraank!" },
      { kind: "file", file_id: notes, name: "notes.txt" },
      { kind: "image", url: "https://elsewhere.example/spy.png", name: "spy.png" },
    ],
    [{ kind: "image", file_id: picture, name: "mine.png" }, { kind: "file", file_id: notes, name: "mine.txt" }, text("Look at these")],
  )
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${id}`)
  const asked: string[] = []
  page.on("request", (request) => asked.push(new URL(request.url()).host))
  const [question, said] = [turns(page).first(), turns(page).last()]
  for (const [within, name] of [[question, "mine.png"], [said, "heron.png"]] as const) {
    await expect.poll(() => within.getByRole("img", { name }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
  }
  await said.getByText("Fraank!").waitFor()
  expect(await said.locator("audio").evaluate((audio: HTMLAudioElement) => fetch(audio.src).then(({ status }) => status))).toBe(200)
  const [saved] = await Promise.all([page.waitForEvent("download"), said.getByRole("link", { name: "notes.txt" }).click()])
  expect(saved.suggestedFilename()).toBe("notes.txt")
  await question.getByRole("link", { name: "mine.txt" }).waitFor()
  await said.getByText("spy.png").waitFor()
  expect(await said.getByText("First the water").count()).toBe(0)
  await button(said, t`Thought`).click()
  await said.getByText("First the water, then the bird.").waitFor()
  expect(new Set(asked)).toEqual(new Set([new URL(HOUSE).host]))
  expect(complaints).toEqual([])
  await close()
})
