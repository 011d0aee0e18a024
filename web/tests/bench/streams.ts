import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { opened } from "./loads.ts"
import type { Provider } from "./provider.ts"
import { FIRST, LAST, LAST_OF_ALL, seenAt, type Subject, VERY_LAST } from "./subjects.ts"
import { watch } from "./watch.ts"

/**
 * An answer at the pace of a model that is quick, one as fast as it comes, and one such while somebody types, into the
 * same conversation.
 */

const SAMPLE = readFileSync(join(import.meta.dirname, "../browser/markdown/sample.md"), "utf8")
const TOKENS = 4000
const TOKEN_LETTERS = 4
const STREAM_LIMIT_MS = 120_000

/** 4,000 tokens of sections of prose, lists, tables and code. */
export function answer(last = LAST): string[] {
  let text = "\n\n"
  const length = TOKENS * TOKEN_LETTERS
  for (let part = 1; text.length < length; part += 1) text += `## Part ${part}\n\n${SAMPLE.replace(/^\[(?:ref|\^1)\]:.*$/gm, "")}\n`
  const words = text.slice(0, length)
  const pieces = Array.from({ length: TOKENS }, (_, index) => words.slice(index * TOKEN_LETTERS, (index + 1) * TOKEN_LETTERS))
  return [FIRST, ...pieces, `\n\`\`\`\n\n${last}`]
}

export async function streams(browser: Browser, provider: Provider, subject: Subject): Promise<Record<string, number>> {
  const { page, context } = await opened(browser, subject)
  const box = page.locator(subject.box)
  const say = async (words: string): Promise<void> => {
    await box.fill(words)
    await box.press("Enter")
  }
  const hear = (words: string): Promise<void> =>
    page.locator(subject.answers).last().getByText(words, { exact: true }).waitFor({ timeout: STREAM_LIMIT_MS, state: "attached" })
  const forget = (): Promise<void> => page.evaluate(() => void Object.assign(Reflect.get(globalThis, "seen"), { first: 0, last: 0 }))
  await subject.welcome?.(page)
  provider.plan(["Hello."], 0)
  await say("Hello")
  await hear("Hello.")
  await forget()
  provider.plan(answer(), 100)
  const paced = await watch(page, async () => {
    await say("Tell me")
    await hear(LAST)
  })
  const firstMs = (await seenAt(page, "first")) - provider.last().firstMs
  provider.plan(answer(VERY_LAST), 0)
  const full = await watch(page, async () => {
    await say("Tell me again")
    // A locator that looks again and again would take a quarter of the main thread.
    await seenAt(page, "last")
  })
  const lateMs = (await seenAt(page, "last")) - provider.last().lastMs
  provider.plan(answer(LAST_OF_ALL), 0)
  // Whoever types gets keys that are heard at once, and the answer a little later.
  const typed = await watch(page, async () => {
    await say("Tell me once more")
    await box.pressSequentially("what is typed meanwhile", { delay: 40 })
    await hear(LAST_OF_ALL)
  })
  await context.close()
  return {
    first_token_ms: firstMs,
    paced_dropped_percent: paced.droppedPercent,
    paced_main_thread_ms: paced.mainThreadMs,
    full_late_ms: lateMs,
    full_longest_task_ms: Math.max(full.longestTaskMs, typed.longestTaskMs),
    full_slowest_key_ms: typed.slowestKeyMs,
  }
}
