import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { axeFindings, NARROW, openBrowser, type Visit, visit, WIDE } from "../browser/browser.ts"

/** Branches, comparisons, replays and shares of a conversation, in the page of a real house. */

const HOUSE = process.env["SALON_BRANCHES_HOUSE"] ?? ""
const BASE = `${HOUSE}/salon/v1`

interface Said {
  message: { id: string }
  branch_id: string
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${BASE}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** Wait until nothing is being answered or waits. */
async function settled(id: string): Promise<void> {
  await expect
    .poll(async () => {
      const [answers, queue] = await Promise.all([
        ask<{ items: unknown[] }>("GET", `/conversations/${id}/answers`),
        ask<{ items: unknown[] }>("GET", `/conversations/${id}/queue`),
      ])
      return answers.items.length + queue.items.length
    })
    .toBe(0)
}

/** A conversation of two questions, the second of which was asked in two ways. */
async function talk(): Promise<{ id: string; first: string }> {
  const { id } = await ask<{ id: string }>("POST", "/conversations", { title: "Rivers", settings: { model: "demo" } })
  const one = await ask<Said>("POST", `/conversations/${id}/send`, { text: "Name a river" })
  await settled(id)
  const two = await ask<Said>("POST", `/conversations/${id}/send`, { text: "And a long one" })
  await settled(id)
  await ask("POST", `/conversations/${id}/branches`, { name: "long", head_id: two.message.id })
  await ask("POST", `/messages/${two.message.id}/edit-and-send`, { text: "And a short one" })
  await settled(id)
  return { id, first: one.message.id }
}

let browser: Browser
let seen: Visit
let page: Page
let id: string
let first: string

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  ;({ id, first } = await talk())
})

async function open(options: Parameters<typeof visit>[2] = {}): Promise<void> {
  seen = await visit(browser, `${HOUSE}/c/${id}`, { viewport: WIDE, ...options })
  ;({ page } = seen)
  await page.getByText("And a short one").first().waitFor()
  const tree = page.getByRole("tree")
  if (!(await tree.isVisible())) await page.keyboard.press("Control+.")
  await tree.waitFor()
}

async function choose(name: string): Promise<void> {
  await page.getByRole("button", { name: "What can be done with the branch" }).click()
  await page.getByRole("menuitem", { name, exact: true }).click()
}

const branches = async (): Promise<{ name: string; head_id: string }[]> =>
  (await ask<{ items: { name: string; head_id: string }[] }>("GET", `/conversations/${id}/branches`)).items
const names = async (): Promise<string[]> => (await branches()).map(({ name }) => name)

test("branches are drawn, shown, renamed, compared and merged", async () => {
  await open()
  await expect.poll(() => page.getByRole("treeitem").count()).toBe(6)
  await choose("Rename")
  await page.getByRole("textbox", { name: "Name" }).fill("trunk")
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click()
  await expect.poll(names).toContain("trunk")

  await choose("Compare")
  const dialog = page.getByRole("dialog")
  await expect.poll(() => dialog.locator("del").allTextContents()).toContainEqual(expect.stringContaining("short"))
  expect(await dialog.locator("ins").first().textContent()).toContain("long")
  await page.keyboard.press("Escape")

  await choose("Merge another in")
  await dialog.getByLabel("Take").first().selectOption({ label: "Both" })
  await dialog.getByRole("button", { name: "Make the branch" }).click()
  await expect.poll(names).toContain("trunk with long")
  expect(seen.complaints).toEqual([])
  await seen.close()
})

test("a branch is rolled back and brought back, deleted and restored", async () => {
  await open()
  const before = (await branches())[0]?.head_id
  await choose("Roll back")
  await page.getByRole("dialog").getByRole("button", { name: /demo/ }).first().click()
  await page.getByRole("dialog").getByRole("button", { name: "Roll back", exact: true }).click()
  await expect.poll(async () => (await branches())[0]?.head_id).not.toBe(before)
  await page.getByRole("button", { name: "Undo" }).click()
  await expect.poll(async () => (await branches())[0]?.head_id).toBe(before)
  await page.getByRole("button", { name: /^long/ }).click()
  await page.getByText("And a long one").first().waitFor()
  await choose("Delete")
  await expect.poll(names).not.toContain("long")
  await page.getByRole("button", { name: "Undo" }).last().click()
  await expect.poll(names).toContain("long")
  await seen.close()
})

test("what if replays what followed on a branch of its own, and a model writes a bridge", async () => {
  await open()
  await page.getByRole("treeitem").first().click()
  await page.getByRole("button", { name: "What if" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByLabel(/^What .* says$/).fill("Name a mountain")
  await dialog.getByLabel(/Name of the new branch/).fill("mountains")
  await dialog.getByRole("button", { name: "Replay from here" }).click()
  await dialog.getByText("Everything is answered on the new branch.").waitFor()
  await settled(id)
  const replayed = (await ask<{ items: { id: string; name: string }[] }>("GET", `/conversations/${id}/branches`)).items.find(
    ({ name }) => name === "mountains",
  )
  const said = await ask<{ items: { content: { parts: { text?: string }[] } }[] }>(
    "GET",
    `/conversations/${id}/messages?branch_id=${replayed?.id}`,
  )
  expect(said.items.map(({ content }) => content.parts[0]?.text)).toEqual(
    expect.arrayContaining(["Name a mountain", "And a short one"]),
  )
  await page.keyboard.press("Escape")

  await choose("Merge another in")
  await dialog.getByRole("tab", { name: "Let a model write" }).click()
  await dialog.getByRole("button", { name: "Write the message" }).click()
  await dialog.waitFor({ state: "hidden" })
  await settled(id)
  const bridged = await ask<{ items: { sources: { kind: string }[] }[] }>("GET", `/conversations/${id}/messages?branch_id=${replayed?.id}`)
  expect(bridged.items.some(({ sources }) => sources.some(({ kind }) => kind === "merge"))).toBe(true)
  await seen.close()
})

test("a share is made, read without JavaScript, continued as a copy, and revoked", async () => {
  await open()
  await page.getByRole("button", { name: "What can be done with the conversation" }).click()
  await page.getByRole("menuitem", { name: "Share" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByLabel("Everything").check()
  await dialog.getByRole("button", { name: "Make the link" }).click()
  const link = await dialog.getByLabel("Link", { exact: true }).inputValue()
  await dialog.getByAltText("The link as a QR code").waitFor()

  const reader = await browser.newContext({ javaScriptEnabled: false })
  const shared = await reader.newPage()
  await shared.goto(link)
  expect(await shared.textContent("body")).toContain("And a long one")
  await reader.close()
  const { conversation_id: copy } = await ask<{ conversation_id: string }>("POST", "/shares/copy", { link })
  expect(copy).not.toBe(id)

  await dialog.getByRole("button", { name: "Revoke", exact: true }).click()
  await dialog.getByRole("button", { name: "Revoke the link" }).click()
  await dialog.getByText("Revoked").waitFor()
  expect((await fetch(link)).status).toBe(404)
  await seen.close()
})

test("versions of an answer stand side by side, and the one that is picked goes on", async () => {
  await ask("POST", `/messages/${await answerId()}/regenerate`, {})
  await settled(id)
  await open()
  await page.getByRole("button", { name: "Side by side" }).last().click()
  const lanes = page.getByRole("dialog").getByRole("article")
  await expect.poll(() => lanes.count()).toBe(2)
  await lanes.first().getByRole("button", { name: "Answer again" }).click()
  await expect.poll(() => lanes.count()).toBe(3)
  await settled(id)
  const before = (await branches())[0]?.head_id
  await lanes.first().getByRole("button", { name: "Go on with this one" }).click()
  await expect.poll(async () => (await branches())[0]?.head_id).not.toBe(before)
  await seen.close()
})

test("the tree is one stop of the keyboard, and panels say how an answer came to be", async () => {
  await open()
  const tree = page.getByRole("tree")
  await tree.focus()
  await page.keyboard.press("Home")
  await page.keyboard.press("ArrowRight")
  await page.keyboard.press("Enter")
  await expect.poll(() => page.getByRole("treeitem", { selected: true }).textContent()).toContain("demo")
  await page.getByRole("tab", { name: "Trace" }).click()
  await page.getByText("Exact request").waitFor()
  await page.getByText("Show every word of it").click()
  expect(await page.getByRole("region", { name: "The request as JSON" }).textContent()).toContain("And a short one")
  await page.getByRole("tab", { name: "Context" }).click()
  await page.getByRole("radio", { name: "Summarise the oldest" }).check()
  await expect
    .poll(async () => (await ask<{ in_force: { context?: { kind?: string } } }>("GET", `/conversations/${id}/settings`)).in_force.context?.kind)
    .toBe("summarise")
  expect(first).not.toBe("")
  await seen.close()
})

test.for([
  ["light", WIDE],
  ["dark", WIDE],
  ["light", NARROW],
  ["dark", NARROW],
] as const)("the inspector has no finding of axe: %s, %o", async ([colorScheme, viewport]) => {
  await open({ colorScheme, viewport, bypassCSP: true })
  for (const name of ["Branches", "Context", "Sources", "Trace"]) {
    await page.getByRole("tab", { name }).click()
    await page.getByRole("tabpanel").getByRole("heading").first().waitFor()
    expect(await axeFindings(page)).toEqual([])
  }
  await seen.close()
})

async function answerId(): Promise<string> {
  const { items } = await ask<{ items: { id: string }[] }>("GET", `/conversations/${id}/messages`)
  return items.at(-1)?.id ?? ""
}
