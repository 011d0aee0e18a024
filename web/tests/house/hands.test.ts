import { t } from "@lingui/core/macro"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { NARROW, openBrowser, type Visit, visit, WIDE } from "../browser/browser.ts"
import { api, begin, box, button, choose, ended, hold, HOUSE, openList, say, settle, speak, turns } from "./play.ts"

/** What fingers do, what stands at which side, and what can be taken back. */

let browser: Browser
beforeAll(async () => {
  await speak("en")
  browser = await openBrowser()
})
afterAll(() => browser.close())

const SAID = [{ text: "Who keeps the light?" }, { model: "demo", text: "A keeper, and later a clock." }]
const onPhone = (address: string): Promise<Visit> => visit(browser, address, { viewport: NARROW, hasTouch: true, isMobile: true })

test("a finger that stays on a message opens its menu, which stays open and is as large as fingers need", async () => {
  const { page, complaints, close } = await onPhone(`${HOUSE}/c/${await begin("Held", SAID)}`)
  const words = turns(page).last().getByText("A keeper, and later a clock.")
  await words.waitFor()
  await button(turns(page).last(), t`More actions`).waitFor()
  await hold(page, words)
  const item = page.getByRole("menuitem", { name: t`Quote`, exact: true })
  await item.waitFor()
  expect((await item.boundingBox())?.height).toBeGreaterThanOrEqual(44)
  await item.tap()
  await expect.poll(() => box(page).inputValue()).toContain("> A keeper, and later a clock.")
  expect(complaints).toEqual([])
  await close()
})

test("a finger that stays on a row of the list chooses it, and its menu has a button that is seen", async () => {
  await begin("A row to hold", SAID)
  const { page, close } = await onPhone(HOUSE)
  await box(page).or(button(page, t`Open the demo`)).first().waitFor()
  await openList(page)
  const row = page.getByRole("link", { name: /A row to hold/ }).first()
  await row.waitFor()
  expect((await row.boundingBox())?.height).toBeGreaterThanOrEqual(44)
  await hold(page, row)
  await row.getByText(t`selected`).waitFor({ state: "attached" })
  expect(await page.getByRole("menu").count()).toBe(0)
  await close()
})

for (const locale of ["en", "ar"] as const) {
  test.for([WIDE, NARROW])(`own words stand at the end edge, those of others at the start edge: ${locale}, %o`, async (viewport) => {
    const id = await begin("Sides", SAID)
    const { page, close } = await visit(browser, "about:blank", { viewport, locale })
    await page.addInitScript(() => localStorage.setItem("salon.preferences", JSON.stringify({ layout: "sides" })))
    await page.goto(`${HOUSE}/c/${id}`)
    await expect.poll(() => turns(page).count()).toBe(2)
    const column = await page.getByRole("log").boundingBox()
    const edges = await Promise.all(
      [turns(page).first(), turns(page).last()].map(async (turn) => {
        const at = await turn.locator("[data-side]").boundingBox()
        return { left: (at?.x ?? 0) - (column?.x ?? 0), right: (column?.x ?? 0) + (column?.width ?? 0) - (at?.x ?? 0) - (at?.width ?? 0) }
      }),
    )
    const [own, other] = edges
    const isEnd = locale === "en" ? (own?.right ?? 0) < (own?.left ?? 0) : (own?.left ?? 0) < (own?.right ?? 0)
    const isStart = locale === "en" ? (other?.left ?? 0) < (other?.right ?? 0) : (other?.right ?? 0) < (other?.left ?? 0)
    expect({ isEnd, isStart }).toEqual({ isEnd: true, isStart: true })
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await close()
  })
}

const MADE = [{ text: "What is there?" }, { model: "demo", text: "```python\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |" }]

/** What can be pressed and is less high than `px`, on a page whose last message is being changed. */
async function tooSmall(page: Page, px: number): Promise<string[]> {
  await turns(page).getByRole("table").waitFor()
  await box(page).press("ArrowUp")
  await button(page, t`Leave it as it is`).waitFor()
  return page.evaluate((least) => {
    const controls = [...document.querySelectorAll<HTMLElement>("main button, header button, aside button, nav a, nav button")]
    const seen = controls.filter((one) => one.checkVisibility({ checkOpacity: true }) && one.offsetWidth > 0)
    return seen.filter((one) => one.offsetHeight < least).map((one) => `${one.ariaLabel ?? one.textContent}: ${one.offsetHeight}`)
  }, px)
}

test.each([
  ["compact", 28],
  ["comfortable", 32],
  ["spacious", 44],
])("lists and controls are %s", async (density, least) => {
  const id = await begin("Dense", MADE)
  const { page, close } = await visit(browser, "about:blank")
  await page.addInitScript((value) => localStorage.setItem("salon.preferences", JSON.stringify({ density: value })), density)
  await page.goto(`${HOUSE}/c/${id}`)
  const row = page.locator(`[data-row="${id}"]`)
  await row.waitFor()
  expect((await row.boundingBox())?.height).toBe(least)
  expect(await tooSmall(page, density === "spacious" ? 44 : 24)).toEqual([])
  await close()
})

test("all that a finger presses in a conversation and its list is large enough", async () => {
  const id = await begin("For fingers", MADE)
  const { page, close } = await onPhone(`${HOUSE}/c/${id}`)
  expect(await tooSmall(page, 44)).toEqual([])
  await openList(page)
  const dots = button(page.getByRole("listitem").filter({ has: page.locator(`[data-row="${id}"]`) }), t`What can be done`)
  expect(await dots.boundingBox()).toMatchObject({ width: 44, height: 44 })
  await close()
})

test.for([WIDE, NARROW])("what is said in passing covers neither the box nor its buttons: %o", async (viewport) => {
  const { page, close } = await visit(browser, `${HOUSE}/c/${await begin("Passing", SAID)}`, { viewport })
  const last = turns(page).last()
  await last.hover()
  await choose(page, button(last, t`More actions`), t`Delete`)
  const note = page.getByRole("status").filter({ has: button(page, t`Undo`) })
  await settle(page)
  const [said, form] = [await note.boundingBox(), await page.getByRole("region", { name: t`Write a message` }).boundingBox()]
  if (said === null || form === null) throw new Error("nothing is said")
  const isBeside = said.y + said.height <= form.y || form.y + form.height <= said.y
  expect(isBeside ? [] : [said, form]).toEqual([])
  await close()
})

test("a message that is deleted comes back, and so do a branch and a conversation", async () => {
  const id = await begin("To come back", SAID)
  const path = { conversation_id: id }
  const { data: at } = await api.GET("/salon/v1/conversations/{conversation_id}/outline", { params: { path } })
  await api.POST("/salon/v1/conversations/{conversation_id}/branches", { params: { path }, body: { name: "aside", head_id: at?.items[0]?.id ?? "" } })
  const { page, complaints, close } = await visit(browser, `${HOUSE}/c/${id}`)
  const last = turns(page).last()
  await last.getByText("A keeper, and later a clock.").waitFor()
  await choose(page, button(last, t`More actions`), t`Delete`)
  await page.getByText(t`This message was deleted.`).waitFor()
  await button(page, t`Undo`).click()
  await last.getByText("A keeper, and later a clock.").waitFor()
  await button(page, t`Show the inspector`).click()
  await choose(page, button(page, t`What can be done with the branch`), t`Delete`)
  await button(page, t`Undo`).click()
  await expect
    .poll(async () => {
      const { data } = await api.GET("/salon/v1/conversations/{conversation_id}", { params: { path } })
      return data?.branches.filter(({ deleted_at_ms }) => deleted_at_ms === null).length
    })
    .toBe(2)
  await choose(page, button(page, t`What can be done with the conversation`), t`Delete`)
  await page.locator(`[data-row="${id}"]`).waitFor({ state: "detached" })
  await button(page, t`Undo`).click()
  await page.locator(`[data-row="${id}"]`).waitFor()
  expect(complaints).toEqual([])
  await close()
})

test("what cannot be brought back asks first and says what is lost: a prompt, a shared link", async () => {
  await api.POST("/salon/v1/prompts", { body: { name: "Ideas for rivers", text: "Name a river." } })
  const id = await begin("Shared", SAID)
  await api.POST("/salon/v1/shares", { body: { conversation_id: id, kind: "tree" } })
  const { page, close } = await visit(browser, `${HOUSE}/settings/prompts`)
  await page.getByRole("button", { name: /Ideas for rivers/ }).click()
  await button(page, t`Delete the prompt`).click()
  await page.getByText(t`The prompt and all its versions are gone for good.`).waitFor()
  await button(page, t`Keep it`).click()
  await button(page, t`Delete the prompt`).click()
  await button(page, t`Delete all of it`).click()
  await page.getByRole("button", { name: /Ideas for rivers/ }).waitFor({ state: "detached" })
  await page.goto(`${HOUSE}/settings/shares`)
  await button(page, t`Revoke`).first().click()
  await page.getByText(t`The link ends at once and for good.`).waitFor()
  await button(page, t`Revoke the link`).click()
  await page.getByText(t`Revoked`).first().waitFor()
  await close()
})

test("an answer that the provider puts off says how long, and can be tried now", async () => {
  const { page, close } = await visit(browser, `${HOUSE}/c/${await begin("Put off")}`)
  await say(page, "demo:fail 429")
  const again = page.getByRole("button", { name: /^Retry now \(\d+ s\)$/ })
  await again.waitFor()
  const told = await again.textContent()
  await expect.poll(() => again.or(button(page, t`Retry`)).textContent()).not.toBe(told)
  await again.or(button(page, t`Retry`)).click()
  await page.getByRole("group", { name: t`Versions` }).waitFor()
  await ended(page)
  await close()
})

test.for(["no-preference", "reduce"] as const)("of a conversation that takes another's place the turns alone come up, with the movement %s", async (reducedMotion) => {
  const [first, second] = [await begin(`Here first: ${reducedMotion}`, SAID), `Here second: ${reducedMotion}`]
  await begin(second, SAID)
  const { page, close } = await visit(browser, "about:blank", { viewport: WIDE, reducedMotion })
  await page.addInitScript(() => {
    const begun: string[] = []
    Reflect.set(globalThis, "begun", begun)
    // Also what begins while nobody looks is told of: an animation of 120 ms is soon over.
    addEventListener("animationstart", ({ animationName, target }) => {
      if (target instanceof HTMLElement && target.matches("main, main *, header, header *")) begun.push(`${animationName} ${target.className.split(" ")[0]}`)
    })
  })
  const begun = (): Promise<string[]> => page.evaluate(() => Reflect.get(globalThis, "begun"))
  await page.goto(`${HOUSE}/c/${first}`)
  await turns(page).last().waitFor()
  await settle(page)
  expect((await begun()).filter((one) => one.endsWith(" turns"))).toEqual([])
  await page.getByRole("link", { name: second }).first().click()
  await page.getByRole("heading", { name: second }).waitFor()
  await turns(page).last().waitFor()
  await box(page).pressSequentially("At once")
  expect(await box(page).inputValue()).toBe("At once")
  await settle(page)
  expect((await begun()).filter((one) => !one.endsWith(" skeleton"))).toEqual(reducedMotion === "reduce" ? [] : ["appear turns"])
  await close()
})
