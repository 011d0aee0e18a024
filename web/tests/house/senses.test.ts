import { t } from "@lingui/core/macro"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"
import { begin, box, button, choose, HOUSE, speak, turns } from "./play.ts"

/** What the page sees and hears: a picture of the screen, drawn on; what is spoken; an answer that is read aloud. */

const FAKES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--auto-select-desktop-capture-source=Entire screen"]

let browser: Browser
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser(FAKES)
})
afterAll(() => browser.close())

const SAID = [{ text: "Who keeps the light?" }, { model: "demo", text: "A *keeper*, and later a clock." }]

/** Say that no model writes down speech, or that one does. */
async function hearing(page: Page, model: string | null): Promise<void> {
  await page.route(/\/salon\/v1\/models(\?|$)/, async (route) => {
    const response = await route.fetch()
    const body: { items: { id: string; capabilities: string[] }[] } = await response.json()
    const items = body.items.map((one) => ({
      ...one,
      capabilities: [...one.capabilities.filter((able) => able !== "transcription"), ...(one.id === model ? ["transcription"] : [])],
    }))
    await route.fulfill({ response, json: { ...body, items } })
  })
}

test("a picture of the screen is drawn on, blacked out, and goes with the message", async () => {
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${await begin("Seen", SAID)}`)
  await choose(page, button(page, t`Add to the message`), t`A picture of the screen`)
  const dialog = page.getByRole("dialog", { name: t`Draw on the picture` })
  const board = dialog.locator("canvas")
  await board.waitFor()
  await button(dialog, t`Black out`).click()
  const at = await board.boundingBox()
  if (at === null) throw new Error("no board")
  await page.mouse.move(at.x + at.width * 0.3, at.y + at.height * 0.3)
  await page.mouse.down()
  await page.mouse.move(at.x + at.width * 0.7, at.y + at.height * 0.7)
  await page.mouse.up()
  const middle = (): Promise<number[]> =>
    board.evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext("2d")?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data ?? [])])
  await expect.poll(middle).toEqual([0, 0, 0, 255])
  await button(dialog, t`Undo`).click()
  await expect.poll(() => button(dialog, t`Undo`).isDisabled()).toBe(true)
  await button(dialog, t`Attach the picture`).click()
  await dialog.waitFor({ state: "detached" })
  const name = `${t`Screen`}.png`
  await button(page, t`Take ${name} away`).waitFor()
  // The browser's stand-in for a screen asks for a camera, too, which the page is not allowed.
  expect(complaints.filter((line) => !line.includes("camera is not allowed"))).toEqual([])
  await close()
})

test("what is spoken is written down by a model of the house", async () => {
  const { page, close } = await visit(browser, "about:blank")
  await hearing(page, "demo")
  await page.goto(`${HOUSE}/c/${await begin("Heard", SAID)}`)
  await button(page, t`Speak the message`).click()
  await page.waitForFunction(() => navigator.mediaDevices.enumerateDevices().then((all) => all.some(({ label }) => label !== "")))
  await button(page, t`Stop listening`).click()
  await button(page, t`Speak the message`).waitFor()
  await expect.poll(() => box(page).inputValue()).toMatch(/\w/)
  await close()
})

test("without such a model the browser itself hears, in the language of the page", async () => {
  const { page, complaints, close } = await visit(browser, "about:blank")
  await hearing(page, null)
  await page.addInitScript(() => {
    class Heard {
      lang = ""
      onresult: ((event: object) => void) | null = null
      onend: (() => void) | null = null
      start(): void {
        this.onresult?.({ resultIndex: 0, results: [[{ transcript: `a heron in ${this.lang}` }]] })
      }
      stop(): void {
        this.onend?.()
      }
    }
    Reflect.set(globalThis, "SpeechRecognition", Heard)
  })
  await page.goto(`${HOUSE}/c/${await begin("Heard by the browser", SAID)}`)
  await button(page, t`Speak the message`).click()
  await expect.poll(() => box(page).inputValue()).toBe("a heron in en")
  await button(page, t`Stop listening`).click()
  await button(page, t`Speak the message`).waitFor()
  expect(complaints).toEqual([])
  await close()
})

test("an answer is read aloud in words and its own language, and falls silent when that is chosen", async () => {
  await speak("de")
  const { page, complaints, close } = await visit(browser, "about:blank", { locale: "de-DE" })
  await page.addInitScript(() => {
    const voice = {
      speaking: false,
      said: ["", ""],
      speak(words: SpeechSynthesisUtterance) {
        this.said = [words.lang, words.text.trim()]
        this.speaking = true
      },
      cancel() {
        this.speaking = false
      },
    }
    Object.defineProperty(globalThis, "speechSynthesis", { value: voice })
  })
  await page.goto(`${HOUSE}/c/${await begin("Read", SAID)}`)
  const more = button(turns(page).last(), t`More actions`)
  const voice = (): Promise<unknown> => page.evaluate(() => JSON.parse(JSON.stringify(Reflect.get(globalThis, "speechSynthesis"))))
  await choose(page, more, t`Read aloud`)
  await expect.poll(voice).toMatchObject({ speaking: true, said: ["en", "A keeper, and later a clock."] })
  await choose(page, more, t`Stop reading`)
  await expect.poll(voice).toMatchObject({ speaking: false })
  await more.click()
  await page.getByRole("menuitem", { name: t`Read aloud`, exact: true }).waitFor()
  expect(complaints).toEqual([])
  await close()
  await speak("en")
})

test("a browser without a voice is not asked to read", async () => {
  const { page, close } = await visit(browser, "about:blank")
  await page.addInitScript(() => void Reflect.deleteProperty(globalThis, "speechSynthesis"))
  await page.goto(`${HOUSE}/c/${await begin("Mute", SAID)}`)
  await button(turns(page).last(), t`More actions`).click()
  await page.getByRole("menuitem", { name: t`Quote`, exact: true }).waitFor()
  expect(await page.getByRole("menuitem", { name: t`Read aloud`, exact: true }).count()).toBe(0)
  await close()
})
