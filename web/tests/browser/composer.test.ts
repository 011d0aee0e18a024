import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { axeFindings, BROWSER_PATH, NARROW, NO_BROWSER, openBrowser, visit, WIDE } from "./browser.ts"
import { type House, openHouse } from "./house.ts"

const box = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true })
const settled = (page: Page) =>
  page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))

describe.skipIf(BROWSER_PATH === null)(`the start page in a browser${BROWSER_PATH ? "" : `: ${NO_BROWSER}`}`, () => {
  let browser: Browser
  let house: House

  beforeAll(async () => {
    house = await openHouse()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await house.close()
  })
  beforeEach(() => {
    Object.assign(house.state, { mode: "ready", answersTests: true, servers: [], changes: [] })
  })

  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of [WIDE, NARROW]) {
      test(`axe finds nothing in the first run and the box in ${colorScheme} at ${viewport.width}`, async () => {
        house.state.mode = "empty"
        house.state.servers = [{ kind: "ollama", base_url: "http://127.0.0.1:11434", models: 3, added: false }]
        const { page, close } = await visit(browser, house.address, { colorScheme, viewport, bypassCSP: true })
        await page.getByRole("button", { name: "Use it" }).waitFor()
        await settled(page)
        expect(await axeFindings(page)).toEqual([])
        house.state.mode = "ready"
        await page.reload()
        await page.getByRole("list", { name: "Examples" }).waitFor()
        expect(await axeFindings(page)).toEqual([])
        await page.getByRole("button", { name: /^Model: / }).click()
        await page.getByRole("option").first().waitFor()
        await settled(page)
        expect(await axeFindings(page)).toEqual([])
        await close()
      })
    }
  }

  test("a key that fails its test is told of, taken away and asked for again", async () => {
    house.state.mode = "empty"
    house.state.answersTests = false
    const { page, close } = await visit(browser, house.address)
    await page.getByLabel("With a key").fill("sk-proj-wrong")
    await page.getByRole("button", { name: "Connect" }).click()
    await page.getByText("The key is not valid. Make a new one.").waitFor()
    const done = house.state.changes.map(({ what }) => what)
    expect(done.filter((what) => !what.endsWith("detect"))).toEqual([
      "POST providers",
      "POST providers/openai/test",
      "DELETE providers/openai",
    ])
    house.state.answersTests = true
    await page.getByLabel("With a key").fill("sk-proj-right")
    house.state.mode = "ready"
    await page.getByRole("button", { name: "Connect" }).click()
    await box(page).waitFor()
    await page.getByRole("button", { name: /^Model: gpt-5-mini/ }).waitFor()
    await close()
  })

  test("of several servers that run here the one that is pressed answers, by a model that can", async () => {
    house.state.mode = "empty"
    const server = { kind: "ollama", models: 3, added: false }
    house.state.servers = ["http://127.0.0.1:1234/v1", "http://127.0.0.1:11434"].map((base_url) => ({ ...server, base_url }))
    const { page, complaints, close } = await visit(browser, house.address)
    const pressed = page.getByRole("listitem").filter({ hasText: "http://127.0.0.1:11434" }).getByRole("button", { name: "Use it" })
    await pressed.waitFor()
    await page.route(/\/salon\/v1\/models(\?|$)/, async (route) => {
      const response = await route.fetch()
      const body: { items: object[] } = await response.json()
      const vectors = { ...body.items[0], id: "ollama/vectors", name: "vectors", provider: "ollama", capabilities: ["embedding"] }
      await route.fulfill({ response, json: { ...body, items: [vectors, ...body.items] } })
    })
    house.state.mode = "ready"
    await pressed.click()
    await page.getByRole("button", { name: /^Model: qwen3:32b/ }).waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  test("the list of models is worked by keys, and keeps favourites and who was chosen", async () => {
    const { page, close } = await visit(browser, house.address)
    await box(page).waitFor()
    await page.getByRole("button", { name: /^Model: / }).click()
    const search = page.getByRole("combobox", { name: "Search models" })
    await search.fill("claude")
    await page.getByRole("option", { name: /haiku/ }).waitFor()
    await search.press("ArrowDown")
    await page.getByText("$1.00 in, $5.00 out per million").waitFor()
    await page.getByRole("button", { name: "Make favourite" }).click()
    await page.getByRole("group", { name: "Favourites" }).getByRole("option", { name: /haiku/ }).waitFor()
    await search.press("Escape")
    await search.waitFor({ state: "detached" })
    expect(await box(page).evaluate((field) => field === document.activeElement)).toBe(true)
    await box(page).pressSequentially("Ask @haiku")
    await page.getByRole("option", { name: /haiku/ }).waitFor()
    await box(page).press("Enter")
    expect(await box(page).inputValue()).toBe("Ask ")
    await page.reload()
    await page.getByRole("button", { name: /^Model: claude-haiku-4-5/ }).waitFor()
    await expect.poll(() => box(page).inputValue()).toBe("Ask ")
    await close()
  })

  test.each([
    { what: "a pointer", options: {}, least: 24 },
    { what: "a finger", options: { viewport: NARROW, hasTouch: true, isMobile: true }, least: 44 },
  ])("$what puts a model beside another and makes it a favourite where it stands", async ({ options, least }) => {
    const { page, complaints, close } = await visit(browser, house.address, options)
    await page.getByRole("button", { name: /^Model: / }).click()
    const option = page.getByRole("option", { name: /haiku/ })
    const press = async (title: string): Promise<void> => {
      const target = option.getByTitle(title)
      const at = await target.boundingBox()
      expect(Math.min(at?.width ?? 0, at?.height ?? 0)).toBeGreaterThanOrEqual(least)
      await ("hasTouch" in options ? target.tap() : target.click())
    }
    await press("Make favourite")
    await page.getByRole("group", { name: "Favourites" }).getByRole("option", { name: /haiku/ }).waitFor()
    await press("Side by side")
    await page.getByRole("button", { name: /^Model: 2 models/ }).waitFor()
    expect(await option.getAttribute("aria-selected")).toBe("true")
    await press("Take away")
    await page.getByRole("button", { name: /^Model: 2 models/ }).waitFor({ state: "detached" })
    await press("Favourite")
    await page.getByRole("group", { name: "Favourites" }).waitFor({ state: "detached" })
    expect(complaints).toEqual([])
    await close()
  })

  test("an example goes into the box, to be changed or sent", async () => {
    const { page, close } = await visit(browser, house.address)
    await page.getByRole("list", { name: "Examples" }).getByRole("button").first().click()
    await expect.poll(() => box(page).inputValue()).toMatch(/bicycle/)
    await page.getByRole("list", { name: "Examples" }).waitFor({ state: "detached" })
    await close()
  })

  test("the box grows to two fifths of the height and no further", async () => {
    const { page, close } = await visit(browser, house.address, { viewport: NARROW })
    await box(page).fill("A line\n".repeat(80))
    const height = await box(page).evaluate((field) => field.clientHeight)
    expect(height).toBeLessThanOrEqual(NARROW.height * 0.4 + 1)
    expect(height).toBeGreaterThan(NARROW.height * 0.3)
    await close()
  })
})
