import createClient from "openapi-fetch"
import type { Browser, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { paths } from "@/api/schema"
import { openBrowser, type Visit, visit } from "../browser/browser.ts"

/** Writing and sending in front of a real house; tests/web/test_composer_page.py starts it. */

const address = process.env["SALON_PAGE_HOUSE"] ?? ""
/** A provider that answers anyone, for the first run: its address. */
const provider = process.env["SALON_COMPOSER_PROVIDER"] ?? ""

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
})

const box = (page: Page): Locator => page.getByRole("textbox", { name: "Message", exact: true })

/** Open the start page as somebody who has chosen the demo. */
async function begin(): Promise<Visit> {
  const found = await visit(browser, address)
  await found.page.getByRole("button", { name: "Open the demo" }).click()
  await box(found.page).waitFor()
  return found
}

async function say(page: Page, words: string): Promise<void> {
  await box(page).fill(words)
  await box(page).press("Enter")
}

test("the first run ends in a first answer", async () => {
  const { page, complaints, close } = await visit(browser, address)
  await page.getByRole("heading", { name: "On this machine" }).waitFor()
  await page.getByLabel("With a key").fill("sk-ant-api03-example")
  await expect.poll(() => page.getByLabel("Whose key it is").inputValue()).toBe("anthropic")
  await page.getByRole("button", { name: "Open the demo" }).click()
  await say(page, "Is anybody here?")
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByText("You said: “Is anybody here?”").first().waitFor()
  expect(await box(page).inputValue()).toBe("")
  await page.reload()
  await page.getByText("You said: “Is anybody here?”").first().waitFor()
  expect(complaints).toEqual([])
  await close()
})

test("a draft and its file survive a reload, and go out together", async () => {
  const { page, complaints, close } = await begin()
  await box(page).fill("What is in it?")
  const content = Buffer.from("Zurich is cold. ".repeat(20))
  await page.getByLabel("Files to add").setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: content }])
  await page.getByRole("button", { name: "Insert as text" }).waitFor()
  await page.reload()
  await page.getByRole("button", { name: "Take notes.txt away" }).waitFor()
  expect(await box(page).inputValue()).toBe("What is in it?")
  await box(page).press("Enter")
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByText(/Zurich is cold/).first().waitFor()
  expect(complaints).toEqual([])
  await close()
})

test("an upload whose beginning was not answered is begun once", async () => {
  const { page, close } = await begin()
  const api = createClient<paths>({ baseUrl: address })
  const begun = async (): Promise<number> => {
    const { data } = await api.GET("/salon/v1/audit", { params: { query: { limit: 500 } } })
    return (data?.items ?? []).filter(({ action }) => action === "upload.begun").length
  }
  const before = await begun()
  let asked = 0
  await page.route("**/salon/v1/uploads", async (route) => {
    if ((asked += 1) > 1) return route.continue()
    await route.fetch()
    return route.abort()
  })
  await page.getByLabel("Files to add").setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Zurich is cold.") }])
  await page.getByRole("button", { name: "Insert as text" }).waitFor()
  expect([asked, await begun()]).toEqual([2, before + 1])
  await close()
})

test("a long paste is a file, and can be words again", async () => {
  const { page, close } = await begin()
  const long = "All work and no play. ".repeat(400)
  await box(page).focus()
  await box(page).evaluate((field, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData("text/plain", text)
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
  }, long)
  await page.getByRole("button", { name: "Insert as text" }).click()
  await expect.poll(() => box(page).inputValue()).toBe(long)
  await box(page).fill("")
  await close()
})

test("messages wait for the end of an answer, in an order, and can be changed and dropped", async () => {
  const { page, complaints, close } = await begin()
  await say(page, "demo:words 600 demo:slow 40")
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByRole("button", { name: "Stop the answer" }).first().waitFor()
  for (const words of ["First in line", "Second in line", "Third in line"]) {
    await say(page, words)
    await page.getByRole("listitem").filter({ hasText: words }).waitFor()
  }
  const rows = page.getByRole("region", { name: "Waiting messages" }).getByRole("listitem")
  const order = (): Promise<string[]> => rows.allInnerTexts()
  await rows.nth(2).getByRole("button", { name: "Move up" }).click()
  await expect.poll(order).toEqual(["First in line", "Third in line", "Second in line"])
  await rows.nth(0).getByRole("button", { name: "Do not send" }).click()
  await expect.poll(order).toEqual(["Third in line", "Second in line"])
  await rows.nth(1).getByRole("button", { name: "Change", exact: true }).click()
  await page.getByRole("textbox", { name: "Waiting message" }).fill("Last in line")
  await page.getByRole("button", { name: "Keep the change" }).click()
  await expect.poll(order).toEqual(["Third in line", "Last in line"])
  await page.reload()
  await expect.poll(order).toEqual(["Third in line", "Last in line"])
  await rows.nth(0).getByRole("button", { name: "Stop the answer and send this now" }).click()
  await page.getByText("You said: “Last in line”").first().waitFor()
  expect(complaints).toEqual([])
  await close()
})

test("Esc in the box stops the answer, and what it said stays", async () => {
  const { page, close } = await begin()
  await say(page, "demo:words 600 demo:slow 40")
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByRole("button", { name: "Stop the answer" }).first().waitFor()
  await box(page).press("Escape")
  await page.getByRole("button", { name: "Send", exact: true }).waitFor()
  await close()
})

test("what the server refuses is kept with its reason, and can be changed and sent", async () => {
  const { page, close } = await begin()
  await page.route("**/send", (route) =>
    route.fulfill({
      status: 422,
      contentType: "application/json",
      body: JSON.stringify({ error: { code: "too_long", message: "This is too long for the model." } }),
    }),
  )
  await say(page, "These words are not lost")
  await page.getByRole("alert").filter({ hasText: "This is too long for the model." }).waitFor()
  await page.unroute("**/send")
  await page.reload()
  await page.getByRole("button", { name: "Change it" }).click()
  await expect.poll(() => box(page).inputValue()).toBe("These words are not lost")
  await box(page).press("Enter")
  await page.getByText("You said: “These words are not lost”").first().waitFor()
  await close()
})

test("what is written without a network waits and is sent when it is back", async () => {
  const { page, close } = await begin()
  await say(page, "The first of two")
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByText("You said: “The first of two”").first().waitFor()
  // A page that was never loaded would wait for the network, and this one stay.
  await page.getByRole("link", { name: "Usage" }).first().click()
  await page.getByRole("heading", { name: "Usage" }).waitFor()
  await page.goBack()
  await box(page).waitFor()
  await page.context().setOffline(true)
  await say(page, "The second of two")
  await page.getByText("1 message waits and is sent by itself.").waitFor()
  // Elsewhere it is said at the head of the page; beside the box once, above it.
  await page.getByRole("link", { name: "Usage" }).first().click()
  const atTheHead = page.getByText(/^Salon does not answer at/)
  await atTheHead.waitFor()
  await page.goBack()
  await page.getByText("Salon cannot be reached.").waitFor()
  expect(await atTheHead.isVisible()).toBe(false)
  await page.context().setOffline(false)
  await page.getByText("You said: “The second of two”").first().waitFor()
  await page.getByText("1 message waits and is sent by itself.").waitFor({ state: "detached" })
  await close()
})

test("a message that is being changed is still one after a reload, and is not said twice", async () => {
  const { page, close } = await begin()
  await say(page, "What is said")
  await page.waitForURL(/\/c\/cnv_/)
  await page.locator("[data-turn]").getByText("What is said", { exact: true }).first().waitFor()
  await expect.poll(() => page.locator("[data-turn]").count()).toBe(2)
  await box(page).press("ArrowUp")
  const note = page.getByText("You change your last message.")
  await note.waitFor()
  await box(page).fill("What is said instead")
  await page.reload()
  await note.waitFor()
  await box(page).press("Enter")
  await page.locator("[data-turn]").getByText("What is said instead", { exact: true }).first().waitFor()
  await expect.poll(() => page.locator("[data-turn]").count()).toBe(2)
  expect(await box(page).inputValue()).toBe("")
  expect(await note.count()).toBe(0)
  await close()
})

/** Wait until the app is kept in the browser. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

test("a conversation begun without a network opens at once, and goes on where it is made", async () => {
  const { page, close } = await begin()
  await say(page, "Where it all began")
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByRole("link", { name: "New conversation" }).first().click()
  await page.waitForURL((url) => url.pathname === "/")
  await kept(page)
  await page.context().setOffline(true)
  await say(page, "A thought on the train")
  await page.waitForURL(/\/c\/web_/)
  const turns = page.locator("[data-turn]")
  await turns.filter({ hasText: "A thought on the train" }).getByText("waiting", { exact: true }).waitFor()
  await page.getByText("1 message waits and is sent by itself.").waitFor()
  await say(page, "And one on the platform")
  await expect.poll(() => turns.count()).toBe(2)
  await turns.last().getByRole("button", { name: "Change it" }).click()
  await expect.poll(() => box(page).inputValue()).toBe("And one on the platform")
  await expect.poll(() => turns.count()).toBe(1)
  await page.context().setOffline(false)
  await page.waitForURL(/\/c\/cnv_/)
  await page.getByText("You said: “A thought on the train”").first().waitFor()
  await expect.poll(() => box(page).inputValue()).toBe("And one on the platform")
  await expect.poll(() => turns.count()).toBe(2)
  await page.goBack()
  await page.waitForURL((url) => url.pathname === "/")
  await close()
})

test("a part of the app that was never loaded takes nothing away without a network, and comes when it is back", async () => {
  const { page, close } = await begin()
  await kept(page)
  await page.context().setOffline(true)
  await box(page).fill("Words that stay")
  await page.getByRole("link", { name: "Usage" }).first().click()
  await page.waitForURL(/\/usage/)
  const missed = page.waitForEvent("requestfailed", { predicate: (request) => request.url().includes("/assets/palette-") })
  await page.keyboard.press("Control+k")
  await missed
  expect(await page.getByText("This page broke").count()).toBe(0)
  await page.context().setOffline(false)
  await page.getByRole("dialog").getByRole("combobox").waitFor()
  await page.keyboard.press("Escape")
  await page.getByRole("heading", { name: "Usage" }).waitFor()
  await page.goBack()
  await expect.poll(() => box(page).inputValue()).toBe("Words that stay")
  await close()
})

test("a conversation that waits is found again, can be taken back, and takes nobody away who went elsewhere", async () => {
  const { page, close } = await begin()
  await say(page, "Somewhere else")
  await page.waitForURL(/\/c\/cnv_/)
  const elsewhere = page.url()
  await page.getByRole("link", { name: "New conversation" }).first().click()
  await page.waitForURL((url) => url.pathname === "/")
  await page.getByRole("link", { name: /Somewhere else/ }).first().waitFor()
  await kept(page)
  await page.context().setOffline(true)
  await say(page, "A thought in the tunnel")
  await page.waitForURL(/\/c\/web_/)
  await page.getByRole("link", { name: "New conversation" }).first().click()
  const waiting = page.getByRole("list", { name: "Waiting to be sent" })
  await waiting.getByRole("link", { name: "A thought in the tunnel" }).click()
  await page.waitForURL(/\/c\/web_/)
  await page.locator("[data-turn]").getByRole("button", { name: "Change it" }).click()
  await page.waitForURL((url) => url.pathname === "/")
  await expect.poll(() => box(page).inputValue()).toBe("A thought in the tunnel")
  await box(page).press("Enter")
  await page.waitForURL(/\/c\/web_/)
  await page.getByRole("link", { name: /Somewhere else/ }).first().click()
  await page.waitForURL(elsewhere)
  await page.context().setOffline(false)
  await page.getByRole("link", { name: /A thought in the tunnel/ }).first().waitFor()
  expect(page.url()).toBe(elsewhere)
  await close()
})

test("what is temporary says so before it begins and while it goes on", async () => {
  const { page, complaints, close } = await begin()
  await page.getByRole("button", { name: "Temporary conversation" }).click()
  await page.getByRole("heading", { name: "Temporary conversation" }).waitFor()
  await say(page, "Nobody keeps this")
  await page.waitForURL(/\/c\//)
  await page.locator("[data-turn]").getByText("Nobody keeps this", { exact: true }).first().waitFor()
  await expect.poll(() => page.locator("[data-turn]").count()).toBe(2)
  await page.locator("header").getByText("Temporary", { exact: true }).waitFor()
  const { items } = await page.evaluate(async () => (await fetch("/salon/v1/conversations?limit=100")).json())
  expect(items.filter((one: { title: string }) => one.title.includes("Nobody"))).toEqual([])
  expect(complaints).toEqual([])
  // It is nowhere else: what would keep it, or bring it back, is not offered.
  const id = new URL(page.url()).pathname.split("/").at(-1)
  await page.getByRole("button", { name: "What can be done with the conversation" }).click()
  const end = page.getByRole("menuitem", { name: "End and forget" })
  await end.waitFor()
  for (const name of ["Pin", "Archive", "Delete"]) expect(await page.getByRole("menuitem", { name, exact: true }).count(), name).toBe(0)
  await end.click()
  await page.waitForURL(/\/$/)
  expect(await page.getByRole("button", { name: "Undo" }).count()).toBe(0)
  expect((await fetch(`${address}/salon/v1/conversations/${id}`)).status).toBe(404)
  await close()
})

test("two models answer side by side, chosen by name from within the text", async () => {
  const setup = await fetch(`${address}/salon/v1/providers`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      kind: "openai-compatible",
      name: "fake",
      base_url: `${provider}/v1`,
      models: ["one", "two"],
      allow_private: true,
    }),
  })
  expect(setup.status).toBe(201)
  const { page, complaints, close } = await visit(browser, address)
  await box(page).waitFor()
  await box(page).pressSequentially("@fake/o")
  await page.getByRole("option", { name: /one/ }).waitFor()
  await box(page).press("Enter")
  expect(await box(page).inputValue()).toBe("")
  await page.getByRole("button", { name: /^Model: one/ }).click()
  await page.getByRole("combobox", { name: "Search models" }).fill("two")
  await page.getByRole("option", { name: /two/ }).waitFor()
  await page.keyboard.press("Control+Enter")
  await page.keyboard.press("Escape")
  await page.getByRole("button", { name: /^Model: 2 models/ }).waitFor()
  const sent = page.waitForRequest((request) => request.url().endsWith("/send"))
  await say(page, "Both of you")
  expect(JSON.parse((await sent).postData() ?? "null")).toMatchObject({ models: ["fake/one", "fake/two"] })
  await page.waitForURL(/\/c\/cnv_/)
  await expect
    .poll(async () => {
      const id = new URL(page.url()).pathname.split("/").at(-1)
      const tree = await (await fetch(`${address}/salon/v1/conversations/${id}/tree`)).text()
      return tree.match(/"role":"assistant"/g)?.length ?? 0
    })
    .toBe(2)
  expect(complaints).toEqual([])
  await close()
})

test("a saved prompt is found with / and filled in", async () => {
  const made = await fetch(`${address}/salon/v1/prompts`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      name: "Ideas",
      text: "Give me {{count}} ideas about {{topic}}.",
      variables: [
        { name: "count", kind: "number", default: 3 },
        { name: "topic", label: "About what" },
      ],
    }),
  })
  expect(made.status).toBe(201)
  const { page, complaints, close } = await visit(browser, address)
  await box(page).pressSequentially("/ide")
  await page.getByRole("option", { name: "Ideas" }).waitFor()
  await box(page).press("Enter")
  await page.getByLabel("About what").fill("bridges")
  await page.getByRole("button", { name: "Put it into the message" }).click()
  await expect.poll(() => box(page).inputValue()).toBe("Give me 3 ideas about bridges.")
  expect(complaints).toEqual([])
  await close()
})

test("↑ in an empty box changes the last message", async () => {
  const { page, close } = await visit(browser, address)
  await say(page, "A first try")
  await page.waitForURL(/\/c\/cnv_/)
  // It is there to be changed once the server has it.
  await expect
    .poll(async () => {
      await box(page).press("ArrowUp")
      return box(page).inputValue()
    })
    .toBe("A first try")
  await box(page).fill("A second try")
  await box(page).press("Enter")
  await page.locator("main").getByText("A second try").first().waitFor()
  await page.locator("main").getByText("A first try").first().waitFor({ state: "detached" })
  await close()
})
