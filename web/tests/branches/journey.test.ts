import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { axeFindings, NARROW, openBrowser, type Visit, visit, WIDE } from "../browser/browser.ts"

/** Branches of a conversation and the inspector beside it, in the page of a real house. */

const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
const BASE = `${HOUSE}/salon/v1`

interface Said {
  message: { id: string }
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
async function talk(): Promise<string> {
  const { id } = await ask<{ id: string }>("POST", "/conversations", { title: "Rivers", settings: { model: "demo" } })
  await ask("POST", `/conversations/${id}/send`, { text: "Name a river" })
  await settled(id)
  const two = await ask<Said>("POST", `/conversations/${id}/send`, { text: "And a long one" })
  await settled(id)
  await ask("POST", `/conversations/${id}/branches`, { name: "long", head_id: two.message.id })
  await ask("POST", `/messages/${two.message.id}/edit-and-send`, { text: "And a short one" })
  await settled(id)
  return id
}

let browser: Browser
let seen: Visit
let page: Page
let id: string

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  id = await talk()
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
