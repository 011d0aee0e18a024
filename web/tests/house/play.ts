import { i18n } from "@lingui/core"
import { t } from "@lingui/core/macro"
import createClient from "openapi-fetch"
import type { CDPSession, Locator, Page } from "playwright-core"
import { expect } from "vitest"
import type { paths } from "@/api/schema"
import type { Locale } from "@/lib/preferences"

/** What tests in front of a real house share; tests/web/test_*.py start it and name its address. */

export const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
export const api = createClient<paths>({ baseUrl: HOUSE })

const CATALOGUES = {
  en: () => import("../../src/locales/en.po"),
  de: () => import("../../src/locales/de.po"),
  fr: () => import("../../src/locales/fr.po"),
  ar: () => import("../../src/locales/ar.po"),
} as const

/** Find what follows by its name in a language. */
export async function speak(locale: Locale): Promise<void> {
  const { messages } = await CATALOGUES[locale]()
  i18n.loadAndActivate({ locale, messages })
}

export const box = (page: Page): Locator => page.getByRole("textbox", { name: t`Message`, exact: true })
export const turns = (page: Page): Locator => page.locator("[data-turn]")
export const answers = (page: Page): Locator => turns(page).locator(".md")
export const button = (within: Page | Locator, name: string): Locator => within.getByRole("button", { name, exact: true })
export const idIn = (page: Page): string => new URL(page.url()).pathname.split("/").at(-1) ?? ""

/** Write into a field key by key: what Playwright fills in over BiDi, React does not hear of. */
export async function write(field: Locator, words: string): Promise<void> {
  await field.focus()
  await field.press("ControlOrMeta+a")
  await field.pressSequentially(words)
}

export async function say(page: Page, words: string): Promise<void> {
  await write(box(page), words)
  await box(page).press("Enter")
}

/** Wait until nothing is written any more. */
export async function ended(page: Page): Promise<void> {
  await page.locator("[data-running]").waitFor({ state: "detached" })
}

/** Wait until nothing moves and nothing shows that it loads. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("[aria-busy=true], .skeleton") === null)
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))
}

export async function choose(page: Page, menu: Locator, item: string): Promise<void> {
  await menu.click()
  const [plain, radio] = (["menuitem", "menuitemradio"] as const).map((role) => page.getByRole(role, { name: item, exact: true }))
  await (plain && radio ? plain.or(radio) : page.getByText(item)).first().click()
}

/** Hold a finger on something until a menu could open, and lift it. */
export async function hold(page: Page, what: Locator): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page)
  const at = await what.boundingBox()
  if (at === null) throw new Error("nothing to hold")
  const touchPoints = [{ x: at.x + Math.min(40, at.width / 2), y: at.y + at.height / 2 }]
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints })
  // As long as a finger needs: the page counts the same time.
  await page.evaluate(() => new Promise((done) => void setTimeout(done, 600)))
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] })
}

/** Open the list of conversations where it is not beside the page. */
export async function openList(page: Page): Promise<void> {
  const chats = page.getByRole("button", { name: t`Chats`, exact: true })
  if ((await chats.isVisible()) && (await chats.getAttribute("aria-expanded")) === "false") await chats.click()
}

/** Begin a conversation of messages that were said before. */
export async function begin(title: string, said: readonly { model?: string; text: string }[] = []): Promise<string> {
  const { data } = await api.POST("/salon/v1/conversations", { body: { title, settings: { model: "demo" } } })
  const id = data?.id ?? ""
  const messages = said.map(({ model, text }) =>
    model === undefined ? { role: "user" as const, text } : { role: "assistant" as const, author: { kind: "model" as const, name: model }, text },
  )
  const path = { conversation_id: id }
  if (messages.length > 0) {
    const { error } = await api.POST("/salon/v1/conversations/{conversation_id}/messages", { params: { path }, body: { messages } })
    expect(error).toBeUndefined()
  }
  return id
}
