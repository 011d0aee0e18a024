import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { BROWSER_PATH, NARROW, NO_BROWSER, openBrowser, axeFindings, visit, WIDE } from "./browser.ts"
import { type House, openHouse } from "./house.ts"

/** Requests, models with their prices, batches and files: what goes through the house and what it keeps. */

const PAGES = ["/settings/requests?id=req_2", "/settings/models?name=openai%2Fgpt-5", "/settings/batches?id=batch_run", "/settings/batches?id=batch_bad", "/settings/files?id=file-~11"]

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

function sent(what: string): unknown {
  return house.state.changes.findLast((change) => change.what === what)?.body
}

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle")
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished"))
}

describe.skipIf(BROWSER_PATH === null)(BROWSER_PATH === null ? NO_BROWSER : "what goes through the house", () => {
  beforeEach(() => {
    house.state.mode = "ready"
    house.state.changes = []
  })

  test("requests name their kind, show their facts and go on to the next page", async () => {
    const { page, complaints, close } = await visit(browser, `${house.address}/settings/requests`)
    await page.getByText("The latest 30 requests").waitFor()
    await page.getByText("embeddings · owner").first().waitFor()
    await page.getByRole("button", { name: /^\S+ best/ }).first().click()
    await page.getByText("upstream_overloaded").waitFor()
    await page.keyboard.press("Escape")
    await expect.poll(() => new URL(page.url()).search).toBe("")
    await page.getByRole("button", { name: "Show older ones" }).click()
    await page.getByText("older-29").waitFor()
    await page.getByText("60 requests").waitFor()
    await page.getByRole("button", { name: "Show the newest" }).click()
    await page.getByText("The latest 30 requests").waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  test("open realtime sessions stand above the requests", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/requests`)
    const sessions = page.getByRole("region", { name: "Open realtime sessions" })
    await sessions.getByText("2 realtime sessions are open").waitFor()
    expect(await sessions.getByRole("listitem").first().innerText()).toMatch(/answering[\s\S]*front-desk[\s\S]*4,210/)
    await close()
  })

  test("the cost that is known stands beside how many requests have no price, and leads to setting it", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/gateway`)
    const cost = page.locator("#today dl > div").filter({ hasText: "Cost" })
    await cost.getByText("$4.21").waitFor()
    await cost.getByText("+ €0.31").waitFor()
    await cost.getByRole("link", { name: "and 12 unpriced" }).click()
    await page.getByText("2 models").waitFor()
    const first = page.getByRole("main").getByRole("listitem").first()
    await expect.poll(() => first.innerText()).toContain("12 requests without a price")
    await close()
  })

  test("a price is set, and a removed one comes back", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/models?name=ollama%2Fllama3.2`)
    await page.getByLabel("In", { exact: true }).fill("0.1")
    await page.getByLabel("Out", { exact: true }).fill("0.4")
    await page.keyboard.press("Enter")
    await page.getByText("In force.").waitFor()
    expect(sent("PUT prices/ollama%2Fllama3.2")).toEqual({ input: "0.1", output: "0.4", currency: "USD" })
    await page.getByRole("button", { name: /openai\/gpt-5 best/ }).click()
    await page.getByRole("button", { name: "Remove your price" }).click()
    await page.getByText("Your price of openai/gpt-5 is removed.").waitFor()
    expect(house.state.changes.map((change) => change.what)).toContain("DELETE prices/openai%2Fgpt-5")
    const undo = page.getByRole("button", { name: "Undo" })
    await expect.poll(() => undo.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.press("Enter")
    await expect.poll(() => sent("PUT prices/openai%2Fgpt-5")).toMatchObject({ cached: "0.11", starts: "2026-11-01" })
    await expect.poll(() => page.getByRole("button", { name: "Undo" }).count()).toBe(0)
    await close()
  })

  test("an amount the server refuses is marked in its field", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/models?name=ollama%2Fllama3.2`)
    await page.getByLabel("In", { exact: true }).fill("99999")
    await page.getByLabel("Out", { exact: true }).fill("1")
    await page.getByRole("button", { name: "Set your price" }).click()
    await page.getByText("It must be below 10000.", { exact: true }).waitFor()
    expect(await page.getByLabel("In", { exact: true }).getAttribute("aria-invalid")).toBe("true")
    await close()
  })

  test("a batch shows how far it is, and is stopped when asked twice", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/batches`)
    await page.getByText("5 batches · 1 running").waitFor()
    await page.getByRole("button", { name: /2,090 of 5,000 · 12 failed/ }).focus()
    await page.keyboard.press("Enter")
    await page.getByText("They can be saved when the batch has ended.").waitFor()
    await page.getByRole("button", { name: "Stop", exact: true }).click()
    await page.getByText("2,910 lines without an answer will not be asked.").waitFor()
    expect(house.state.changes).toEqual([])
    await page.keyboard.press("Enter")
    await expect.poll(() => sent("POST batches/batch_run/cancel")).toBeNull()
    await close()
  })

  test("answers of a batch are saved in the words it came in, and a refused one says why", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/batches?id=batch_claude`)
    const save = page.getByRole("link", { name: "Save the answers" })
    expect(await save.getAttribute("href")).toBe(`${house.address}/v1/messages/batches/batch_claude/results`)
    await page.getByText("anthropic/claude-sonnet-4-5").waitFor()
    await page.goto(`${house.address}/settings/batches?id=batch_done`)
    await page.getByRole("link", { name: "Save the errors" }).waitFor()
    expect(await save.getAttribute("href")).toBe(`${house.address}/v1/files/file-~02/content`)
    await page.goto(`${house.address}/settings/batches?id=batch_bad`)
    await page.getByText("Line 3: This is no JSON object.").waitFor()
    await close()
  })

  test("a file is found, saved, and deleted once its name is typed", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/files`)
    await page.getByText("4 files · 43.5 MB").waitFor()
    await page.locator("main").getByRole("searchbox").fill("png plan")
    await page.getByRole("button", { name: /floor-plan/ }).click()
    const href = await page.getByRole("link", { name: "Save the file" }).getAttribute("href")
    expect(href).toBe(`${house.address}/v1/files/file-~12/content`)
    await page.getByRole("button", { name: "Delete", exact: true }).click()
    const remove = page.getByRole("button", { name: "Delete floor-plan.png" })
    expect(await remove.isDisabled()).toBe(true)
    await page.getByLabel("Type its name to delete it").fill("floor-plan.png")
    await remove.click()
    await expect.poll(() => sent("DELETE files/file-~12")).toBeNull()
    await expect.poll(() => new URL(page.url()).search).toBe("")
    await close()
  })

  test("a thousand of each draw only what is near", async () => {
    house.state.mode = "many"
    const { page, close } = await visit(browser, `${house.address}/settings/gateway`)
    for (const place of ["requests", "models", "batches", "files"]) {
      await page.goto(`${house.address}/settings/${place}`)
      await page.locator("main button[data-roving]").first().waitFor()
      await expect.poll(() => page.locator("main li").count(), { message: place }).toBeLessThan(100)
    }
    await close()
  })

  test("before the first of each the page says how it comes to be", async () => {
    house.state.mode = "empty"
    const { page, close } = await visit(browser, `${house.address}/settings/batches`)
    await page.getByText("No batch yet").waitFor()
    await page.getByText("client.batches.create").waitFor()
    await page.goto(`${house.address}/settings/files`)
    await page.getByText("salon files add notes.pdf").waitFor()
    await page.goto(`${house.address}/settings/requests`)
    await page.getByText("Nothing yet: the first request shows here.").waitFor()
    await close()
  })

  test("on a phone the list of settings leads to each page and back, and the payload search has room", async () => {
    const { page, close } = await visit(browser, `${house.address}/settings/payloads`, { viewport: NARROW })
    const box = page.locator("main").getByRole("searchbox")
    await box.waitFor()
    expect((await box.boundingBox())?.width).toBeGreaterThan(200)
    await page.getByRole("link", { name: "All settings" }).click()
    await page.getByRole("link", { name: "Batches" }).click()
    await page.getByText("5 batches").waitFor()
    await page.getByRole("link", { name: "All settings" }).click()
    await page.getByRole("link", { name: "Requests" }).click()
    await page.getByText("The latest 30 requests").waitFor()
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
})
