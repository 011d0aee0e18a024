import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openBrowser, visit } from "../browser/browser.ts"

/** The page in front of the real server that SALON_PAGE_HOUSE names; tests/web/test_page.py starts it. */

const address = process.env["SALON_PAGE_HOUSE"] ?? ""
const loginLink = process.env["SALON_TEST_LOGIN_LINK"] ?? ""
/** The address of a provider that answers anyone, or nothing. */
const provider = process.env["SALON_TEST_PROVIDER"] ?? ""
const isClosed = process.env["SALON_TEST_CLOSED"] === "1"

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
})

test.skipIf(isClosed)("shows the real server without a complaint and hears the demo", async () => {
  const { page, complaints, close } = await visit(browser, `${address}/settings/gateway`)
  await page.getByText(/^Running, /).waitFor()
  await page.locator("#providers").getByText("demo", { exact: true }).first().waitFor()
  await page.locator("#models").getByRole("button", { name: "demo" }).waitFor()
  await page.getByRole("textbox", { name: "Message" }).fill("demo:words 40")
  await page.keyboard.press("Enter")
  await page.getByRole("log").getByText(/\d+ tokens/).waitFor()
  await page.locator("#requests").getByRole("rowheader", { name: "demo" }).first().waitFor()
  expect(complaints).toEqual([])
  await close()
})

test.skipIf(isClosed)("stopping the answer reaches the server", async () => {
  const { page, close } = await visit(browser, `${address}/settings/gateway`)
  await page.getByRole("textbox", { name: "Message" }).fill("demo:words 400 demo:slow 50")
  await page.keyboard.press("Enter")
  await page.getByText("writing", { exact: true }).waitFor()
  await page.keyboard.press("Escape")
  await page.getByText("stopped").first().waitFor()
  await page.locator("#requests").getByText("Cut by client").first().waitFor()
  await close()
})

test.skipIf(isClosed)("tests the demo with a real call", async () => {
  const { page, close } = await visit(browser, `${address}/settings/gateway`)
  await page.getByRole("button", { name: "Test demo" }).click()
  await expect.poll(() => page.locator("#providers p[role=status]").first().innerText()).not.toBe("")
  await close()
})

test.skipIf(provider === "")("adds a provider by the form, tests it and says why a request went there", async () => {
  const { page, complaints, close } = await visit(browser, `${address}/settings/providers?add=`)
  await page.getByRole("combobox").fill("openai-compatible")
  await page.keyboard.press("Enter")
  await page.getByLabel("Address").first().fill(`${provider}/v1`)
  await page.getByLabel("Name", { exact: true }).fill("by-form")
  await page.getByLabel("The address is on this machine").check()
  await page.getByRole("button", { name: "Add and test" }).click()
  await page.getByText("Streamed answer").waitFor()
  await page.getByLabel("works").nth(2).waitFor()
  await page.goto(`${address}/settings/routes`)
  await page.getByLabel("Model").fill("by-form/fake")
  await page.getByRole("button", { name: "Explain", exact: true }).click()
  await page.getByText("Targets, in this order").waitFor()
  await page.goto(`${address}/settings/payloads`)
  await page.getByText("The payload log is off").waitFor()
  await page.goto(`${address}/settings/models?name=by-form%2Ffake`)
  await page.getByLabel("In", { exact: true }).fill("0.1")
  await page.getByLabel("Out", { exact: true }).fill("0.4")
  await page.getByRole("button", { name: "Set your price" }).click()
  await page.getByRole("button", { name: /by-form\/fake.*\$0\.10 \/ \$0\.40/ }).waitFor()
  await page.getByRole("button", { name: "Remove your price" }).click()
  await page.getByRole("button", { name: "Undo" }).click()
  await page.getByRole("button", { name: /by-form\/fake.*\$0\.10 \/ \$0\.40/ }).waitFor()
  await page.goto(`${address}/settings/routes?edit=`)
  await page.getByRole("textbox", { name: "Name" }).fill("team/quick")
  await page.getByRole("combobox", { name: "Target 1" }).fill("by-form/fake")
  await page.getByRole("button", { name: "Make it" }).click()
  await page.getByRole("button", { name: "Change team/quick" }).click()
  await page.getByRole("button", { name: "Remove", exact: true }).click()
  await page.getByText("The alias team/quick is removed.").waitFor()
  await page.goto(`${address}/settings/providers?name=by-form`)
  await page.getByRole("button", { name: "Change", exact: true }).click()
  await page.getByLabel("Shown as").fill("By the form")
  await page.getByRole("button", { name: "Save and test" }).click()
  await page.getByRole("button", { name: /By the form/ }).waitFor()
  await page.getByRole("button", { name: "Remove", exact: true }).click()
  await page.getByLabel("Type its name to remove it").fill("by-form")
  await page.getByRole("button", { name: "Remove by-form" }).click()
  await expect.poll(() => page.getByText("by-form").count()).toBe(0)
  expect(complaints).toEqual([])
  await close()
})

test.skipIf(!isClosed)("asks for a one-time link, and who came in by it keeps, saves and deletes a file", async () => {
  const { page, close } = await visit(browser, `${address}/settings/gateway`)
  await page.getByRole("heading", { name: "Sign in with a one-time link" }).waitFor()
  await page.goto(loginLink)
  await page.getByRole("button", { name: "Open the demo" }).click()
  expect(new URL(page.url()).pathname).toBe("/")
  expect(await page.evaluate(() => document.cookie)).toBe("")
  await page.getByRole("textbox", { name: "Message" }).fill("demo:echo signed in")
  await page.keyboard.press("Enter")
  await page.getByRole("log").getByText("signed in").nth(1).waitFor()
  const stored = await page.evaluate(async () => {
    const form = new FormData()
    form.set("purpose", "user_data")
    form.set("file", new Blob(["words that are kept"]), "kept.txt")
    return (await fetch("/v1/files", { method: "POST", body: form })).status
  })
  expect(stored).toBe(200)
  await page.goto(`${address}/settings/files`)
  await page.getByRole("button", { name: /kept\.txt/ }).click()
  const download = page.waitForEvent("download")
  await page.getByRole("link", { name: "Save the file" }).click()
  expect((await download).suggestedFilename()).toBe("kept.txt")
  await page.getByRole("button", { name: "Delete", exact: true }).click()
  await page.getByLabel("Type its name to delete it").fill("kept.txt")
  await page.getByRole("button", { name: "Delete kept.txt" }).click()
  await page.getByText("No file yet").waitFor()
  await close()
})
