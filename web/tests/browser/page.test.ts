import type { Browser } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { BROWSER_PATH, NARROW, NO_BROWSER, openBrowser, axeFindings, visit, WIDE } from "./browser.ts"
import { LONG_NAME } from "./house-data.ts"
import { type House, openHouse } from "./house.ts"

describe.skipIf(BROWSER_PATH === null)(`the page in a browser${BROWSER_PATH ? "" : `: ${NO_BROWSER}`}`, () => {
  let browser: Browser
  let house: House
  let gateway: string

  beforeAll(async () => {
    house = await openHouse()
    gateway = `${house.address}/settings/gateway`
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await house.close()
  })
  beforeEach(() => {
    house.state.mode = "ready"
    house.state.paceMs = 5
  })

  test("shows what runs, who answers and what went through", async () => {
    const { page, complaints, close } = await visit(browser, gateway)
    await page.getByText("Running, 3 d 4 h").waitFor()
    await page.getByText("Failing at times").waitFor()
    await page.getByText("1,284").waitFor()
    await page.getByRole("tab", { name: "Server" }).click()
    await page.getByText("41.2 MB, WAL").waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of [WIDE, NARROW]) {
      test(`axe finds nothing in ${colorScheme} at ${viewport.width}`, async () => {
        const { page, close } = await visit(browser, gateway, { colorScheme, viewport, bypassCSP: true })
        await page.getByText("1,284").waitFor()
        await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))
        expect(await axeFindings(page)).toEqual([])
        const show = page.getByRole("button", { name: "Show the side panel" })
        if (await show.isVisible()) await show.click()
        await page.getByRole("tab", { name: "Try it" }).click()
        await page.getByRole("button", { name: "Who are you?" }).click()
        await page.getByText("54 tokens").waitFor()
        expect(await axeFindings(page)).toEqual([])
        await close()
      })
    }
  }

  test("axe finds nothing in dialogs, the server panel, the drawer, signed out and in Arabic", async () => {
    const options = { bypassCSP: true, reducedMotion: "reduce" } as const
    const { page, close } = await visit(browser, gateway, { ...options, locale: "ar" })
    await page.getByText("1,284").waitFor()
    await page.locator("[data-pane=panel] [role=tab]").nth(1).click()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press("?")
    await page.locator("dialog[open]").waitFor()
    await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))
    expect(await axeFindings(page)).toEqual([])
    await close()
    const narrow = await visit(browser, gateway, { ...options, viewport: NARROW, colorScheme: "dark" })
    await narrow.page.getByRole("link", { name: "All settings" }).click()
    await narrow.page.getByRole("searchbox", { name: "Search the settings" }).waitFor()
    await narrow.page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))
    expect(await axeFindings(narrow.page)).toEqual([])
    await narrow.page.goto(`${house.address}/usage/none`)
    await narrow.page.getByRole("button", { name: "Chats" }).click()
    await narrow.page.getByRole("navigation", { name: "Places", exact: true }).waitFor()
    expect(await axeFindings(narrow.page)).toEqual([])
    house.state.mode = "signed-out"
    await narrow.page.reload()
    await narrow.page.getByRole("heading", { name: "Sign in with a one-time link" }).waitFor()
    expect(await axeFindings(narrow.page)).toEqual([])
    await narrow.close()
  })

  test("the theme is there before the first paint and the choice is kept", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/appearance`, { colorScheme: "light" })
    await page.getByLabel("Theme").selectOption("dark")
    await page.reload({ waitUntil: "commit" })
    await page.waitForFunction(() => document.body !== null)
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark")
    await close()
  })

  test("a model's answer streams in, and stopping reaches the server", async () => {
    house.state.paceMs = 400
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("textbox", { name: "Message" }).fill("Hello there")
    await page.keyboard.press("Enter")
    await page.getByText("I am the demo model").waitFor()
    await page.getByText("writing", { exact: true }).waitFor()
    const before = house.state.cutShort
    await page.keyboard.press("Escape")
    await page.getByText("stopped").waitFor()
    await expect.poll(() => house.state.cutShort).toBe(before + 1)
    expect(house.state.chatBodies.at(-1)).toMatchObject({ model: "demo", stream: true })
    await close()
  })

  test("a failed answer keeps its place and shows the sentence", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("textbox", { name: "Message" }).fill("fail please")
    await page.getByRole("button", { name: "Send" }).click()
    await page.getByText("demo is overloaded. Try again.").waitFor()
    await close()
  })

  test("the examples follow the chosen client and model, and the link keeps both", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("tab", { name: "Anthropic" }).click()
    await page.getByRole("button", { name: /openai\/gpt-5-mini/ }).click()
    await page.getByText("from anthropic import Anthropic").waitFor()
    await page.reload()
    await page.getByText("from anthropic import Anthropic").waitFor()
    const code = await page.locator("#connect pre").innerText()
    expect(code).toContain('model="openai/gpt-5-mini"')
    expect(code).toContain(house.address)
    await close()
  })

  test("tabs take one tab stop and arrows inside", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("tab", { name: "OpenAI" }).focus()
    await page.keyboard.press("ArrowLeft")
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("import salon")
    await page.keyboard.press("Home")
    await page.getByText("from openai import OpenAI").waitFor()
    await close()
  })

  test("the list of models is one tab stop with arrows inside", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.locator("#models").getByRole("button", { name: "demo" }).focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect.poll(() => new URL(page.url()).searchParams.get("model")).toBe("openai/gpt-5")
    expect(await page.locator("#models [data-roving][tabindex='0']").count()).toBe(1)
    await close()
  })

  test("models are searched by ability and provider", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("searchbox", { name: "Search the models" }).fill("anthropic reasoning")
    await expect.poll(() => page.locator("#models tbody tr").count()).toBe(1)
    await page.getByRole("searchbox", { name: "Search the models" }).fill("zebra")
    await page.getByText("No model matches “zebra”.").waitFor()
    await close()
  })

  test("a thousand rows draw only those near what is seen, and all can be reached", async () => {
    house.state.mode = "many"
    const { page, complaints, close } = await visit(browser, gateway)
    await page.getByRole("button", { name: "Show all 1,000 models" }).click()
    await page.getByRole("button", { name: "Show all 1,000 providers" }).click()
    const rows = page.locator("#models tbody tr[data-index]")
    expect(await rows.count()).toBeLessThan(150)
    // Rows are measured as they are drawn, so the end may move while one goes there.
    await expect
      .poll(async () => {
        await page.locator("[data-pane=main]").evaluate((main) => main.scrollTo(0, main.scrollHeight))
        return await page.getByRole("rowheader", { name: "provider-999/model-999" }).isVisible()
      })
      .toBe(true)
    expect(await page.locator("#providers li[data-index]").count()).toBeLessThan(150)
    await page.locator("#models [data-roving]").last().focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect.poll(() => new URL(page.url()).searchParams.get("model")).toBe("provider-998/model-998")
    expect(complaints).toEqual([])
    await close()
  })

  for (const viewport of [WIDE, NARROW]) {
    test(`a model keeps its own name at ${viewport.width} when its provider's is too long`, async () => {
      house.state.mode = "many"
      const { page, close } = await visit(browser, gateway, { viewport })
      const own = page.locator(`#models [title="${LONG_NAME}/model"] > :last-child`)
      expect(await own.innerText()).toBe("model")
      expect(await own.evaluate((it) => it.scrollWidth - it.clientWidth)).toBe(0)
      const box = await own.boundingBox()
      const row = await page.locator("#models tbody tr").first().boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan((row?.x ?? 0) + (row?.width ?? 0))
      await close()
    })
  }

  test("of many providers the one in trouble is in sight", async () => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, gateway)
    await page.locator("#providers").getByText("Down").waitFor()
    await close()
  })

  test.each([WIDE, NARROW])("names that do not fit push nothing aside at $width px", async (viewport) => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, gateway, { viewport })
    const name = page.locator("#models [data-roving]").first()
    await name.waitFor()
    const cell = await page.locator("#models th[scope=row]").first().boundingBox()
    for (const part of await name.locator("span").all()) {
      const box = await part.boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((cell?.x ?? 0) + (cell?.width ?? 0) + 1)
    }
    const widths = await page.locator("[data-pane=main]").evaluate((main) => [main.scrollWidth, main.clientWidth])
    expect(widths[0]).toBe(widths[1])
    await close()
  })

  test("a provider is tested with one real call", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("button", { name: "Test openai" }).click()
    await page.getByText("24 models · 9 events, stop").waitFor()
    expect(house.state.tested).toContain("prov_openai")
    await close()
  })

  test("the keyboard opens the shortcuts, goes to places and walks the panes", async () => {
    const { page, close } = await visit(browser, gateway)
    await page.getByText("1,284").waitFor()
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
    await page.keyboard.press("Escape")
    await expect.poll(() => page.getByRole("dialog").count()).toBe(1)
    await page.keyboard.press("F6")
    await page.keyboard.press("F6")
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-pane"))).toBe("main")
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await page.getByRole("heading", { name: "Models", level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe("/settings/models")
    await close()
  })

  test("all shortcuts are listed and changed where no conversation is open", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/shortcuts`)
    const field = page.getByRole("textbox", { name: "Keys for “Copy the message”" })
    expect(await field.inputValue()).toBe("C")
    await field.press("y")
    await expect.poll(() => field.inputValue()).toBe("Y")
    await page.keyboard.press("Control+/")
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" })
    const keysOf = (title: string) => sheet.getByText(title, { exact: true }).locator("xpath=following-sibling::dd").innerText()
    expect(await keysOf("Copy the message")).toBe("Y")
    expect((await keysOf("Send the message")).split(/\s+/)).toEqual(["Enter", "Ctrl", "Enter"])
    expect((await keysOf("Previous and next version of a turn")).split(/\s+/)).toEqual(["←", "→"])
    await sheet.getByRole("button", { name: "Close" }).click()
    await page.getByRole("checkbox", { name: "Single-letter shortcuts" }).click()
    await page.keyboard.press("Control+/")
    await sheet.getByText("Send the message").waitFor()
    expect(await sheet.getByText("Copy the message").count()).toBe(0)
    await close()
  })

  test("the palette begins with a new conversation, places stand together, and each act has an icon of its own", async () => {
    const { page, close } = await visit(browser, `${house.address}/search`)
    await page.getByRole("button", { name: /Search or run/ }).click()
    const palette = page.getByRole("dialog", { name: "Search or run…" })
    await palette.getByRole("option").first().waitFor()
    expect((await palette.getByRole("option").first().innerText()).split("\n")[0]).toBe("New conversation")
    const places = await palette.getByRole("group", { name: "Places" }).getByRole("option").allInnerTexts()
    expect(places.length).toBeGreaterThan(9)
    expect(places.every((text) => text.startsWith("Go to "))).toBe(true)
    expect((await palette.getByRole("group", { name: "Actions" }).getByRole("option").allInnerTexts()).join()).not.toContain("Go to ")
    const drawn = await palette.getByRole("group", { name: "Actions" }).getByRole("option").locator("svg").evaluateAll((icons) => icons.map((icon) => icon.innerHTML))
    expect(new Set(drawn).size).toBe(drawn.length)
    await close()
  })

  test("the palette says that a search failed, and still finds what needs none", async () => {
    const { page, close } = await visit(browser, `${house.address}/search`, { locale: "de-DE" })
    const said = { error: { code: "storage", message: "Der Datenträger ist voll.", fields: {} } }
    await page.route("**/salon/v1/search/titles?*", (route) => route.fulfill({ status: 503, json: said }))
    await page.route("**/salon/v1/search?*", (route) => route.abort())
    await page.getByRole("button", { name: /^Suchen oder/ }).click()
    const palette = page.getByRole("dialog", { name: /^Suchen oder/ })
    await palette.getByRole("combobox").fill("otter")
    await expect.poll(() => palette.getByRole("alert").innerText()).toMatch(/^Gespräche .+ Der Datenträger ist voll\.$/)
    expect(await palette.getByRole("status").count()).toBe(0)
    await palette.getByRole("combobox").fill("Nutzung")
    await palette.getByRole("option").first().waitFor()
    await close()
  })

  test("a fresh house has an empty state with one act", async () => {
    house.state.mode = "empty"
    const { page, close } = await visit(browser, gateway)
    await page.getByText("Nothing yet: the first request shows here.").waitFor()
    await page.getByRole("button", { name: "Try a model" }).click()
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Message")
    await close()
  })

  test("waiting shows the final shape, nothing at first", async () => {
    house.state.mode = "slow"
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("status", { name: "Loading the providers" }).waitFor()
    await close()
  })

  test("without a session it says how to get a link", async () => {
    house.state.mode = "signed-out"
    const { page, close } = await visit(browser, gateway)
    await page.getByRole("heading", { name: "Sign in with a one-time link" }).waitFor()
    house.state.mode = "ready"
    await page.getByRole("button", { name: "Try again" }).click()
    await page.getByText("1,284").waitFor()
    await close()
  })

  test("signing out holds in every tab, and signing in brings all of them back", async () => {
    const { page, close } = await visit(browser, gateway)
    const second = await page.context().newPage()
    await second.goto(gateway)
    await second.getByText("1,284").waitFor()
    await page.getByRole("link", { name: "Your data" }).click()
    await page.getByRole("button", { name: "Sign out" }).click()
    for (const tab of [page, second]) await tab.getByRole("heading", { name: "Sign in with a one-time link" }).waitFor()
    house.state.mode = "ready"
    await page.getByRole("heading", { name: "Your data", level: 1 }).waitFor()
    await second.getByText("1,284").waitFor()
    await close()
  })

  test("a refusal shows the server's sentence and a way to try again", async () => {
    house.state.mode = "refused"
    const { page, close } = await visit(browser, gateway)
    const content = page.getByRole("dialog", { name: "Settings" })
    await content.getByText("The disk is full. Free some space.").first().waitFor()
    house.state.mode = "ready"
    await content.getByRole("button", { name: "Try again" }).first().click()
    await page.getByText("Failing at times").waitFor()
    await close()
  })

  test("a server that goes away is told once, and what was there stays", async () => {
    const gone = await openHouse()
    const { page, close } = await visit(browser, `${gone.address}/settings/gateway`)
    await page.getByText("1,284").waitFor()
    await gone.close()
    await page.getByRole("alert").getByText("does not answer").waitFor()
    expect(await page.getByText("1,284").count()).toBe(1)
    await page.getByRole("textbox", { name: "Message" }).fill("Are you there?")
    await page.keyboard.press("Enter")
    await page.getByText("Salon does not answer. Your message is kept here.").waitFor()
    const back = await openHouse(Number(new URL(gone.address).port))
    await page.getByRole("log").getByRole("button", { name: "Try again" }).click()
    await page.getByRole("log").getByText("I am the demo model").waitFor()
    await back.close()
    await close()
  })

  test("Arabic reads from right to left and code stays left to right", async () => {
    const { page, close } = await visit(browser, gateway, { locale: "ar" })
    await page.getByRole("heading", { name: "المزودون" }).waitFor()
    expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl")
    expect(await page.locator("#connect pre").evaluate((pre) => getComputedStyle(pre).direction)).toBe("ltr")
    const sidebar = await page.locator("[data-pane=settings]").boundingBox()
    expect(sidebar?.x).toBeGreaterThan(WIDE.width / 2)
    await close()
  })

  test("nothing is wider than a phone", async () => {
    const { page, close } = await visit(browser, gateway, { viewport: NARROW })
    await page.getByText("1,284").waitFor()
    const widths = await page.locator("[data-pane=main]").evaluate((main) => [main.scrollWidth, main.clientWidth])
    expect(widths[0]).toBe(widths[1])
    await close()
  })
})
