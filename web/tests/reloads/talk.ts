import createClient from "openapi-fetch"
import type { Locator, Page } from "playwright-core"
import { expect } from "vitest"
import type { paths } from "@/api/schema"

/** What is written in the page of the house that tests/web/test_reloads.py has started, and what the house has of it. */

export const HOUSE = process.env["SALON_PAGE_HOUSE"] ?? ""
const MODELS: readonly string[] = JSON.parse(process.env["SALON_RELOADS_MODELS"] ?? "[]")
const api = createClient<paths>({ baseUrl: HOUSE })

export type Dice = () => number

/** What is to be sent: its words tell the provider what to answer. */
export interface Wanted {
  words: string
  /** What the provider says to it. */
  answer: string
  file: string | null
  model: string
}

const SYLLABLES = ["sa", "lon", "mü", "ß", "é", "東京", "🦉", "👩‍👩‍👧", "كتاب", "z̈", "x", "1.5", "a_b", "“q”", "a  b"]

/** A message whose answer is one paragraph, or one with marks, code and a table. */
export function wanted(name: string, roll: Dice, marked: boolean, model: string): Wanted {
  const words = Array.from({ length: 30 + Math.floor(roll() * 90) }, () => SYLLABLES[Math.floor(roll() * SYLLABLES.length)])
  const plain = `${name} ${words.join(" ").replaceAll("  ", " ")} end`
  const answer = marked ? `# ${name}\n\n- **${plain}**\n- _two_\n\n\`\`\`py\nx = "${name}"\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | ${name} |` : plain
  const rate = 40 + Math.floor(roll() * 200)
  const plan = `{{fake text=${answer};rate=${rate}}}`
  return { words: `${name} ${plan}`, answer, file: roll() < 0.4 ? `${name}.txt` : null, model }
}

export const someModel = (roll: Dice): string => MODELS[Math.floor(roll() * MODELS.length)] ?? ""

export const box = (page: Page): Locator => page.getByRole("textbox", { name: "Message", exact: true })
const chosen = (page: Page): Promise<string | null> => page.getByRole("button", { name: /^Model: / }).getAttribute("title")

/** Write it, without sending: choose the model, add the file, fill in the words. */
export async function write(page: Page, one: Wanted): Promise<void> {
  await box(page).waitFor()
  if ((await chosen(page)) !== one.model) {
    await box(page).fill("")
    await box(page).pressSequentially(`@${one.model}`)
    await page.getByRole("option").first().waitFor()
    await box(page).press("Enter")
    await expect.poll(() => chosen(page)).toBe(one.model)
  }
  if (one.file !== null) {
    const buffer = Buffer.from(`What is in ${one.file}. `.repeat(40))
    await page.getByLabel("Files to add").setInputFiles([{ name: one.file, mimeType: "text/plain", buffer }])
    await page.getByRole("button", { name: `Take ${one.file} away` }).waitFor()
  }
  await box(page).fill(one.words)
}

/** Send what is written, once its files are with the house. */
export async function send(page: Page): Promise<void> {
  await expect.poll(() => page.getByRole("button", { name: "Send", exact: true }).isEnabled()).toBe(true)
  await box(page).press("Enter")
}

/** What was written stands there: words, file and model. */
export async function expectWritten(page: Page, one: Wanted): Promise<void> {
  await expect.poll(() => box(page).inputValue(), { timeout: 30_000 }).toBe(one.words)
  if (one.file !== null) await page.getByRole("button", { name: `Take ${one.file} away` }).waitFor()
  await expect.poll(() => chosen(page)).toBe(one.model)
}

/** The conversations in which it was said. */
async function conversationsOf(one: Wanted): Promise<string[]> {
  const { data } = await api.GET("/salon/v1/conversations", { params: { query: { limit: 20 } } })
  const all = await Promise.all((data?.items ?? []).map(async ({ id }) => ({ id, said: await saidIn(id) })))
  return all.filter(({ said }) => said.some(({ text }) => text === one.words)).map(({ id }) => id)
}

/**
 * What was sent is with the house, once; what a page could not keep any more as it went away is a draft again, and is
 * sent then. Returns the conversation.
 */
export async function expectKept(page: Page, one: Wanted): Promise<string> {
  let those: string[] = []
  const state = async (): Promise<string> => {
    those = await conversationsOf(one)
    if (those.length > 0) return "said"
    return (await box(page).inputValue()) === one.words ? "draft" : "neither"
  }
  await expect.poll(state, { timeout: 60_000 }).not.toBe("neither")
  if ((await state()) === "draft") await send(page)
  await expect.poll(state, { timeout: 60_000 }).toBe("said")
  expect(those).toHaveLength(1)
  return those[0] ?? ""
}

interface Said {
  role: string
  status: string
  text: string
  files: string[]
  author: string
}

async function saidIn(id: string): Promise<Said[]> {
  const params = { path: { conversation_id: id }, query: { limit: 200 } }
  const { data } = await api.GET("/salon/v1/conversations/{conversation_id}/messages", { params })
  return (data?.items ?? []).map(({ role, status, content, author }) => {
    const parts = content?.parts ?? []
    const texts = parts.filter((part) => part["kind"] === "text")
    const files = parts.filter((part) => part["file_id"] !== undefined)
    return {
      role,
      status,
      text: texts.map((part) => String(part["text"])).join(""),
      files: files.map((part) => String(part["name"])),
      author: `${author?.id ?? ""} ${author?.name ?? ""}`,
    }
  })
}

/** The house has it once, with its file, and its answer is whole, by the model that was chosen. */
export async function expectSaid(id: string, one: Wanted): Promise<void> {
  const answered = async (): Promise<string | undefined> => {
    const all = await saidIn(id)
    const at = all.findIndex(({ text }) => text === one.words)
    return at < 0 ? undefined : all[at + 1]?.status
  }
  await expect.poll(answered, { timeout: 60_000 }).toBe("complete")
  const all = await saidIn(id)
  const those = all.filter(({ text }) => text === one.words)
  const answer = all[all.findIndex(({ text }) => text === one.words) + 1]
  expect([those.length, those[0]?.files, answer?.role]).toEqual([1, one.file === null ? [] : [one.file], "assistant"])
  expect(answer?.text).toBe(one.answer)
  expect(answer?.author).toContain(one.model)
}
