import type { Locator, Page } from "playwright-core"
import { expect } from "vitest"
import { button, choose, openList, turns } from "./play.ts"

/** What opens over a page or beside it, for tests that look at each. */

export interface Layer {
  name: string
  /** Of the scene's conversations, or the start. */
  at: "talk" | "versions" | "start"
  open: (page: Page) => Promise<void>
}

const OVER = "dialog[open], [popover]:popover-open"
const over = (page: Page): Locator => page.locator(OVER).last()

const inTalk = (item: string) => (page: Page): Promise<void> => choose(page, button(page, "What can be done with the conversation"), item)
const inList = (item: string) => async (page: Page): Promise<void> => {
  await openList(page)
  await choose(page, button(page, "List and folders"), item)
}
const inRow = (item: string) => async (page: Page): Promise<void> => {
  await openList(page)
  const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Incident runbook" }) })
  await row.hover()
  await choose(page, button(row, "What can be done"), item)
}
const inTurn = async (page: Page): Promise<void> => {
  await turns(page).last().hover()
  await button(turns(page).last(), "More actions").click()
}
const inspect = (tab: string) => async (page: Page): Promise<void> => {
  const show = button(page, "Show the inspector")
  const part = page.getByRole("tab", { name: tab })
  await show.or(part).first().waitFor()
  if (!(await part.isVisible())) await show.click()
  await part.click()
  // Its own part of the page comes when it is first opened, and what it shows after that.
  await expect.poll(() => page.getByRole("tabpanel", { name: tab }).innerText()).not.toBe("")
}
const inBranch = (item: string) => async (page: Page): Promise<void> => {
  await inspect("Branches")(page)
  await choose(page, button(page, "What can be done with the branch"), item)
}
/** Wait for what lies over the page; most of it is loaded when it is first asked for. */
const then = (open: (page: Page) => Promise<void>, shown: (page: Page) => Locator = over) => async (page: Page): Promise<void> => {
  await open(page)
  await shown(page).waitFor()
}

export const LAYERS: readonly Layer[] = [
  { name: "temporary", at: "start", open: then((page) => button(page, "Temporary conversation").click(), (page) => page.getByText("Nothing of this is kept")) },
  { name: "models", at: "start", open: then((page) => page.getByRole("button", { name: /^Model: / }).click(), (page) => page.getByRole("option").first()) },
  { name: "prompts", at: "start", open: then((page) => page.getByRole("textbox", { name: "Message", exact: true }).pressSequentially("/"), (page) => page.getByRole("option").first()) },
  {
    name: "palette",
    at: "talk",
    open: then(
      async (page) => {
        await page.keyboard.press("Control+k")
        await page.getByRole("combobox").fill("runbook")
      },
      (page) => page.getByRole("option", { name: /runbook/ }).first(),
    ),
  },
  { name: "shortcuts", at: "talk", open: then((page) => page.keyboard.press("Control+/")) },
  { name: "menu of the conversation", at: "talk", open: then((page) => button(page, "What can be done with the conversation").click()) },
  { name: "title", at: "talk", open: then(inTalk("Rename"), (page) => page.getByRole("textbox", { name: "Title" })) },
  {
    name: "share",
    at: "talk",
    open: then(
      async (page) => {
        await inTalk("Share")(page)
        await button(page.getByRole("dialog"), "Make the link").or(page.getByRole("img", { name: "The link as a QR code" })).first().click()
      },
      (page) => page.getByRole("img", { name: "The link as a QR code" }),
    ),
  },
  { name: "menu of a turn", at: "talk", open: then(inTurn) },
  {
    name: "another model",
    at: "talk",
    open: then(async (page) => {
      await inTurn(page)
      await page.getByRole("menuitem", { name: "Regenerate with …" }).click()
    }, (page) => page.getByRole("dialog")),
  },
  {
    name: "editor of a turn",
    at: "talk",
    open: then(
      async (page) => {
        await turns(page).last().focus()
        await page.keyboard.press("e")
      },
      (page) => page.getByRole("textbox", { name: "Edit the message" }),
    ),
  },
  { name: "side by side", at: "versions", open: then((page) => button(turns(page).last(), "Side by side").click(), (page) => page.getByRole("group", { name: "Answers side by side" })) },
  { name: "branches", at: "talk", open: inspect("Branches") },
  { name: "context", at: "talk", open: inspect("Context") },
  { name: "sources", at: "talk", open: inspect("Sources") },
  { name: "trace", at: "talk", open: inspect("Trace") },
  { name: "comparison of branches", at: "talk", open: then(inBranch("Compare"), (page) => page.getByRole("dialog").locator("ins, del").first()) },
  { name: "merge", at: "talk", open: then(inBranch("Merge another in"), (page) => page.getByRole("dialog", { name: /Merge/ })) },
  { name: "roll back", at: "talk", open: then(inBranch("Roll back"), (page) => page.getByRole("dialog", { name: /Roll/ })) },
  { name: "list", at: "talk", open: then(openList, (page) => page.getByRole("link", { name: "Incident runbook" })) },
  {
    name: "menu of the list",
    at: "talk",
    open: then(async (page) => {
      await openList(page)
      await button(page, "List and folders").click()
    }),
  },
  {
    name: "import",
    at: "talk",
    open: async (page) => {
      await inList("Import …")(page)
      const dialog = page.getByRole("dialog", { name: "Import conversations" })
      await dialog.locator("input[type=file]").setInputFiles({ name: "x.json", mimeType: "application/json", buffer: Buffer.from("[]") })
      await dialog.getByText("x.json").first().waitFor()
    },
  },
  { name: "export", at: "talk", open: then(inList("Export everything …"), (page) => page.getByRole("dialog", { name: /Export/ })) },
  { name: "new folder", at: "talk", open: then(inList("New folder …"), (page) => page.getByRole("textbox", { name: "Name" })) },
  { name: "templates", at: "talk", open: then(inList("Start from a template …"), (page) => page.getByRole("dialog", { name: /template/ })) },
  { name: "tags", at: "talk", open: then(inRow("Tags …"), (page) => page.getByRole("textbox", { name: "New tag" })) },
  { name: "move", at: "talk", open: then(inRow("Move to a folder …"), (page) => page.getByRole("dialog", { name: "Move to a folder" })) },
  { name: "template", at: "talk", open: then(inRow("Save as a template …"), (page) => page.getByRole("textbox", { name: "Name" })) },
  { name: "many chosen", at: "talk", open: then(inRow("Select"), (page) => page.getByRole("toolbar", { name: "With the selected conversations" })) },
]
