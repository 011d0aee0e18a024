import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { BROWSER_PATH, NARROW, NO_BROWSER, openBrowser, axeFindings, visit, WIDE } from "./browser.ts"
import { type House, openHouse } from "./house.ts"

const PAGES = ["/settings/providers", "/settings/providers?name=openai", "/settings/providers?add=azure", "/settings/routes?model=smart", "/settings/routes?edit=smart", "/settings/payloads?id=pld_1", "/settings/gateway?request=req_2"]
const KEY = "sk-never-shown-again"

let browser: Browser
let house: House
beforeAll(async () => {
  if (BROWSER_PATH === null) return
  browser = await openBrowser()
  house = await openHouse()
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
})

/** Wait until nothing moves and nothing loads. */
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle")
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))
}

function sent(what: string): unknown {
  return house.state.changes.findLast((change) => change.what === what)?.body
}

describe.skipIf(BROWSER_PATH === null)(BROWSER_PATH === null ? NO_BROWSER : "the places of the house", () => {
  beforeEach(() => {
    house.state.mode = "ready"
    house.state.changes = []
  })

  test("a provider is added with the keyboard alone, and tested at once", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/gateway`)
    await page.getByText("1,284").waitFor()
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await page.getByRole("button", { name: "Add a provider" }).focus()
    await page.keyboard.press("Enter")
    const search = page.getByRole("combobox", { name: "Search the kinds of providers" })
    await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type("openai")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    const key = page.getByLabel("API key")
    await expect.poll(() => key.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type(KEY)
    await page.keyboard.press("Enter")
    await page.getByText("Streamed answer").waitFor()
    expect(sent("POST providers")).toEqual({ kind: "openai", name: "openai-2", api_key: KEY })
    expect(house.state.tested.at(-1)).toBe("prov_openai")
    expect(await page.content()).not.toContain(KEY)
    await close()
  })

  test("a refused field says what is wrong in its place, and keeps what was written", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?add=bedrock`)
    await page.getByLabel("Region").first().fill("wrong-region")
    await page.getByLabel("API key").fill(KEY)
    await page.getByRole("button", { name: "Add and test" }).click()
    const field = page.locator("[name='option:region']")
    await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true")
    expect(await field.evaluate((one) => one === document.activeElement)).toBe(true)
    await page.getByText("“wrong-region” is not an AWS region, like eu-central-1. Correct it.", { exact: true }).waitFor()
    expect(await page.getByLabel("API key").inputValue()).toBe(KEY)
    await field.fill("eu-central-1")
    await page.getByRole("button", { name: "Add and test" }).click()
    await page.getByText("Streamed answer").waitFor()
    expect(sent("POST providers")).toMatchObject({ options: { region: "eu-central-1" } })
    await close()
  })

  test("the form asks what the server says that a kind needs", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?add=vertex`)
    await page.getByLabel("Project").waitFor()
    expect(await page.getByLabel("API key").evaluate((field) => field.tagName)).toBe("TEXTAREA")
    await page.goto(`${house.address}/settings/providers?add=openai-compatible`)
    await page.getByPlaceholder("https://api.example.com/v1").waitFor()
    expect(await page.getByLabel("API key").getAttribute("required")).toBeNull()
    expect(await page.locator("[name=base_url]").getAttribute("required")).not.toBeNull()
    await close()
  })

  test("a kind that nobody knows is found under any address", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?add=`)
    await page.getByRole("combobox").fill("nowhere")
    await page.getByText("No kind matches “nowhere”.").waitFor()
    await page.keyboard.press("Enter")
    expect(await page.getByRole("dialog", { name: "Add a provider" }).count()).toBe(1)
    await close()
  })

  test("another key is stored and its field is empty again", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?name=openai`)
    await page.getByLabel("API key").fill(KEY)
    await page.getByRole("button", { name: "Store the key" }).click()
    await page.getByText("Stored. The old one is forgotten.").waitFor()
    expect(sent("PUT providers/prov_openai/key")).toEqual({ api_key: KEY })
    expect(await page.getByLabel("API key").inputValue()).toBe("")
    await close()
  })

  test("limits are set and taken away beside what holds", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?name=openai`)
    await page.getByLabel("Requests a minute").fill("60")
    await page.getByRole("button", { name: "Save the limits" }).click()
    await page.getByText("In force.").waitFor()
    expect(sent("PATCH providers/prov_openai")).toMatchObject({ requests_per_minute: 60, concurrency: null, promises: [] })
    await close()
  })

  test("switching off is one click, removing needs the name", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?name=openai`)
    await page.getByRole("button", { name: "Switch off" }).click()
    await expect.poll(() => sent("POST providers/prov_openai/disable")).toBeNull()
    await page.getByRole("button", { name: "Remove", exact: true }).click()
    const remove = page.getByRole("button", { name: "Remove openai" })
    expect(await remove.isDisabled()).toBe(true)
    await page.getByLabel("Type its name to remove it").fill("openai")
    await remove.click()
    await expect.poll(() => sent("DELETE providers/prov_openai")).toBeNull()
    await expect.poll(() => new URL(page.url()).search).toBe("")
    await close()
  })

  test("a provider is changed but for what was left as it is, and an address elsewhere asks for its key", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?name=openai`)
    await page.getByRole("button", { name: "Change", exact: true }).click()
    const sheet = page.getByRole("dialog", { name: "Change openai" })
    await sheet.getByLabel("Shown as").fill("The big one")
    await sheet.getByText("Address, models and headers").click()
    await sheet.getByLabel("Address").fill("https://elsewhere.example.com/v1")
    await sheet.getByRole("button", { name: "Save and test" }).click()
    await sheet.getByText("the stored key is for https://api.openai.com").waitFor()
    const key = sheet.getByLabel("API key")
    await expect.poll(() => key.evaluate((field) => field === document.activeElement)).toBe(true)
    await key.fill(KEY)
    await page.keyboard.press("Enter")
    await page.getByText("Streamed answer").waitFor()
    expect(sent("PATCH providers/prov_openai")).toEqual({
      base_url: "https://elsewhere.example.com/v1",
      label: "The big one",
      models: [],
      options: {},
      headers: {},
      allow_private: false,
      api_key: KEY,
    })
    expect(house.state.tested.at(-1)).toBe("prov_openai")
    await close()
  })

  test("what the settings file declares is not changed here", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers?name=deepseek`)
    await page.getByText("the settings file; change it there").waitFor()
    expect(await page.getByRole("button", { name: "Remove", exact: true }).count()).toBe(0)
    expect(await page.getByRole("button", { name: "Change", exact: true }).count()).toBe(0)
    await page.goto(`${house.address}/settings/routes`)
    await page.getByRole("button", { name: "Change smart" }).waitFor()
    expect(await page.getByRole("button", { name: "Change fast" }).count()).toBe(0)
    await close()
  })

  test("where no alias is, one button makes the first", async () => {
    house.state.mode = "empty"
    const { page, close } = await visit(browser, `${house.address}/settings/routes`)
    await page.getByText("No alias yet: every model is asked by its own name.").waitFor()
    expect(await page.getByRole("button", { name: "Make an alias" }).count()).toBe(1)
    await close()
  })

  test("an alias is made with the keyboard alone, with targets, weights and their order", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/routes`)
    await page.getByRole("button", { name: "Make an alias" }).focus()
    await page.keyboard.press("Enter")
    const name = page.getByRole("textbox", { name: "Name" })
    await expect.poll(() => name.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type("fast")
    await page.getByRole("combobox", { name: "Target 1" }).fill("openai/gpt-5")
    await page.keyboard.press("Enter")
    await page.getByText("There is an alias of this name.").waitFor()
    await name.fill("night")
    await page.getByLabel("Which target goes first").selectOption("by weight")
    await page.getByRole("button", { name: "Another target" }).press("Enter")
    await page.getByRole("combobox", { name: "Target 2" }).fill("demo")
    await page.getByLabel("Weight").nth(1).fill("3")
    await page.getByRole("button", { name: "Move target 2 up" }).press("Enter")
    await page.getByRole("button", { name: "Make it" }).press("Enter")
    await expect.poll(() => sent("PUT aliases/night")).toEqual({
      strategy: "weight",
      cache: false,
      targets: [
        { model: "demo", weight: 3, priority: 0 },
        { model: "openai/gpt-5", weight: 1, priority: 0 },
      ],
    })
    // The settings themselves stay.
    await expect.poll(() => page.locator("dialog[open]").count()).toBe(1)
    await close()
  })

  test("a target that leads nowhere is marked where it stands", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/routes?edit=smart`)
    await page.getByRole("button", { name: "Another target" }).click()
    const second = page.getByRole("combobox", { name: "Target 2" })
    await second.fill("nobody/model")
    await page.getByRole("button", { name: "Save" }).click()
    await expect.poll(() => second.getAttribute("aria-invalid")).toBe("true")
    await page.getByText("there is no “nobody/model”. Name an enabled provider", { exact: false }).waitFor()
    expect(sent("PUT aliases/smart")).toMatchObject({ rules: [{ name: "private" }, {}], mirror: { share: 0.05 } })
    await close()
  })

  test("a removed alias comes back whole", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/routes?edit=smart`)
    await page.getByRole("button", { name: "Remove", exact: true }).click()
    await page.getByText("The alias smart is removed.").waitFor()
    expect(house.state.changes.map((change) => change.what)).toEqual(["DELETE aliases/smart"])
    await page.getByRole("button", { name: "Undo" }).click()
    await expect.poll(() => sent("PUT aliases/smart")).toMatchObject({ strategy: "priority", rules: [{ name: "private" }, {}] })
    await close()
  })

  test("Escape closes the panel, and the arrows walk the list", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/providers`)
    await page.getByRole("button", { name: /^demo/ }).focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.getByRole("complementary", { name: "The provider openai" }).waitFor()
    await page.keyboard.press("Escape")
    await expect.poll(() => page.getByRole("complementary").count()).toBe(0)
    await close()
  })

  test("a thousand of everything draw only what is near, and a search finds each", async () => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, `${house.address}/settings/providers`)
    await page.getByText("1,000 providers").waitFor()
    await expect.poll(() => page.locator("main li").count()).toBeLessThan(100)
    await page.locator("main").getByRole("searchbox").fill("provider-990")
    await page.getByRole("button", { name: /provider-990/ }).waitFor()
    await page.goto(`${house.address}/settings/routes`)
    await page.getByText("1,000 aliases").waitFor()
    await expect.poll(() => page.locator("main ul > li").count()).toBeLessThan(150)
    await page.goto(`${house.address}/settings/payloads`)
    await page.getByText("alias-0", { exact: true }).waitFor()
    await expect.poll(() => page.locator("main li").count()).toBeLessThan(100)
    await close()
  })

  test("a route is explained with its rules, its targets and who stays", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/routes`)
    await page.getByRole("button", { name: "Explain smart" }).click()
    await page.getByText("kept for user ann").waitFor()
    await page.getByText("last: the request may not fit its context").waitFor()
    expect(sent("POST routes/explain")).toMatchObject({ model: "smart", body: { messages: [{ content: "Hello" }] } })
    expect(new URL(page.url()).search).toBe("?model=smart")
    await close()
  })

  test("a kept request shows what was taken out, and its cost before and after a replay", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/payloads?id=pld_1`)
    await page.locator("mark").first().waitFor()
    expect(await page.locator("mark").allInnerTexts()).toEqual(["[hidden]", "[hidden]"])
    await page.getByText("Costs about $0.081").waitFor()
    await page.getByRole("button", { name: "Replay" }).click()
    await page.getByText("cost $0.0021").waitFor()
    await page.getByText("Refunded.").waitFor()
    expect(sent("POST payloads/pld_1/replay")).toEqual({ model: "smart" })
    await close()
  })

  test("while the log is off the page says how to switch it on", async () => {
    house.state.mode = "empty"
    const { page, close } = await visit(browser, `${house.address}/settings/payloads`)
    await page.getByText("The payload log is off").waitFor()
    await page.getByText("salon payloads on everything --space").waitFor()
    await close()
  })

  test("a request says why it went where it went", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/gateway`)
    await page.locator("#requests").getByRole("button", { name: "best" }).first().click()
    await page.getByText("Rule “code”; openai/gpt-5: the cheapest").waitFor()
    await page.getByText("upstream_overloaded").waitFor()
    await page.keyboard.press("Escape")
    await expect.poll(() => new URL(page.url()).search).toBe("")
    await close()
  })

  test("a refusal shows the server's sentence", async () => {
    house.state.mode = "refused"
    const { page, close } = await visit(browser, `${house.address}/settings/routes`)
    await page.getByText("The disk is full. Free some space.").first().waitFor()
    await close()
  })

  for (const viewport of [WIDE, NARROW]) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`axe finds nothing and nothing is too wide, ${colorScheme} at ${viewport.width}`, async () => {
        const options = { colorScheme, viewport, bypassCSP: true, reducedMotion: "reduce" } as const
        const { page, close } = await visit(browser, house.address, options)
        for (const address of PAGES) {
          await page.goto(house.address + address)
          await settle(page)
          expect(await axeFindings(page), address).toEqual([])
          const widths = await page.locator("[data-pane=main]").evaluate((main) => [main.scrollWidth, main.clientWidth])
          expect(widths[0], address).toBe(widths[1])
        }
        await close()
      })
    }
  }

  test("a place is loaded when it is opened, and old addresses lead to it with their query", async () => {
    const { page, close } = await visit(browser, `${house.address}/requests?id=req_2`)
    await expect.poll(() => page.url()).toBe(`${house.address}/settings/requests?id=req_2`)
    await page.getByText("The latest 30 requests").waitFor()
    const names = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name))
    expect(names.filter((name) => /(providers|routes|payloads)-page/.test(name))).toEqual([])
    await page.goto(`${house.address}/?request=req_2`)
    await expect.poll(() => page.url()).toBe(`${house.address}/settings/gateway?request=req_2`)
    await close()
  })
})
