import type { Page } from "playwright-core"
import { expect } from "vitest"
import { LAYERS } from "./layers.ts"
import { api, begin, box, button, choose, ended, HOUSE, idIn, openList, say, turns } from "./play.ts"
import type { Scene } from "./scene.ts"

/** What there are pictures of, each under the name that `docs/pictures.md` shows it by. */

export interface Shot {
  name: string
  /** A house with conversations of its own, or the stand-in with the sample data of every page, with nothing, or signed out. */
  house: "real" | "ready" | "empty" | "signed-out"
  path: (scene: Scene) => string
  open?: (page: Page) => Promise<void>
}

const at = (name: string, house: Shot["house"], path: string, open?: Shot["open"]): Shot => ({ name, house, path: () => path, ...(open ? { open } : {}) })
const talk = (name: string, open?: Shot["open"], which: keyof Scene = "talk"): Shot => ({
  name,
  house: "real",
  path: (scene) => `/c/${scene[which]}`,
  open: async (page) => {
    await turns(page).last().waitFor()
    await open?.(page)
  },
})

/** What lies over a page or beside it, as the tests of access open it. */
const layer = (name: string, called: string): Shot => {
  const found = LAYERS.find((one) => one.name === called)
  if (found === undefined) throw new Error(`there is no layer “${called}”`)
  return found.at === "start" ? at(name, "real", "/", found.open) : talk(name, found.open, found.at)
}

/** Colours come a moment after the code they are for. */
async function coloured(page: Page): Promise<void> {
  await turns(page).locator("pre [class*=text-code]").first().waitFor()
}

async function write(page: Page): Promise<void> {
  const id = await begin("The harbour at dawn", [{ text: "How does a harbour sound at dawn?" }, { model: "demo", text: "Of halyards, gulls and one diesel engine." }])
  await page.goto(`${HOUSE}/c/${id}`)
  await turns(page).last().waitFor()
  await say(page, "demo:words 300 demo:slow 60")
  const words = async (): Promise<number> => (await page.locator("[data-running] .md").textContent())?.split(" ").length ?? 0
  await expect.poll(words, { timeout: 30_000 }).toBeGreaterThan(24)
}

/** After a picture of what is being written: the next begins at rest, and without it. */
export async function quiet(page: Page): Promise<void> {
  await button(page, "Stop the answer").first().click()
  await ended(page)
  await api.POST("/salon/v1/acts", { body: { act: "delete", ids: [idIn(page)] } })
}

/** What another program wrote, read and not yet taken in. */
async function importOld(page: Page): Promise<void> {
  const old = Array.from({ length: 3 }, (_, number) => ({
    title: `Lighthouse ${number + 1}`,
    create_time: 1_700_000_000,
    update_time: 1_700_000_100,
    conversation_id: `b7d6e1a0-0000-4000-8000-00000000000${number}`,
    current_node: "one",
    mapping: { one: { id: "one", parent: null, children: [], message: { id: "one", author: { role: "user" }, create_time: 1_700_000_000, content: { content_type: "text", parts: ["Who keeps the light?"] }, metadata: {} } } },
  }))
  await openList(page)
  await choose(page, button(page, "List and folders"), "Import …")
  const dialog = page.getByRole("dialog", { name: "Import conversations" })
  await dialog.locator("input[type=file]").setInputFiles({ name: "old-chats.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(old)) })
  await button(dialog, "Import").waitFor()
}

async function followShare(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Share" })
  await choose(page, button(page, "What can be done with the conversation"), "Share")
  const link = dialog.getByRole("textbox", { name: "Link" })
  await button(dialog, "Make the link").or(link).first().waitFor()
  if (!(await link.isVisible())) await button(dialog, "Make the link").click()
  await page.goto(await link.inputValue())
  await page.getByText("Two thirds of the increase").first().waitFor()
}

const setting = (name: string, query = ""): Shot => at(`settings-${name}`, "ready", `/settings/${name}${query}`)
const empty = (name: string, path: string): Shot => at(`empty-${name}`, "empty", path)

export const SHOTS: readonly Shot[] = [
  at("first-run", "empty", "/"),
  at("sign-in", "signed-out", "/"),
  at("start", "real", "/", (page) => box(page).waitFor()),
  layer("temporary", "temporary"),
  layer("models", "models"),
  layer("prompts", "prompts"),
  talk("conversation", coloured),
  at("writing", "real", "/", write),
  layer("turn-menu", "menu of a turn"),
  layer("turn-edit", "editor of a turn"),
  layer("side-by-side", "side by side"),
  layer("branches", "branches"),
  layer("context", "context"),
  layer("sources", "sources"),
  layer("trace", "trace"),
  layer("compare", "comparison of branches"),
  layer("merge", "merge"),
  layer("list", "list"),
  layer("selection", "many chosen"),
  layer("palette", "palette"),
  layer("shortcuts", "shortcuts"),
  at("search", "real", "/search?q=gateway", (page) => page.locator("[data-hit]").first().waitFor()),
  talk("import", importOld),
  layer("export", "export"),
  layer("share", "share"),
  talk("shared", followShare),
  at("usage", "real", "/usage"),
  ...["appearance", "chat", "shortcuts"].map((name) => setting(name)),
  ...["prompts", "shares", "keys", "health"].map((name) => at(`settings-${name}`, "real", `/settings/${name}`)),
  ...["data", "gateway", "batches", "files", "about"].map((name) => setting(name)),
  setting("providers", "?name=openai"),
  setting("models", "?name=openai%2Fgpt-5"),
  setting("routes", "?model=smart"),
  setting("requests", "?id=req_2"),
  setting("payloads", "?id=pld_1"),
  empty("search", "/search"),
  empty("usage", "/usage"),
  ...["gateway", "requests", "batches", "files", "payloads", "routes", "keys"].map((name) => empty(name, `/settings/${name}`)),
  at("nothing-here", "ready", "/nowhere"),
]
