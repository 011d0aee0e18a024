/**
 * How much script an answer costs while it streams: 4,000 tokens of Markdown and code, one append each, drawn in Chromium.
 *
 *     node web/tests/bench/markdown.ts
 *
 * Prints the script time per 16 KB (React, layout effects and colours of code with it, painting not), the median of
 * five rounds; and what an append costs in each quarter of a text of four times that length.
 */

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { openBrowser, visit } from "../browser/browser.ts"
import type { Stage } from "../browser/markdown/stage.tsx"
import { openTheatre } from "../browser/markdown/theatre.ts"

declare const stage: Stage

const SAMPLE = readFileSync(join(import.meta.dirname, "../browser/markdown/sample.md"), "utf8")
const SIZE = 16_384
const TOKENS = 4000
const ROUNDS = 5
const GOAL_MS = 158

/** Text of that many letters: sections of prose, lists, a table and code, each with its own words. */
function textOf(length: number): string {
  let text = ""
  for (let part = 1; text.length < length; part += 1) text += `## Part ${part}\n\n${SAMPLE.replace(/^\[(?:ref|\^1)\]:.*$/gm, "")}\n`
  return text.slice(0, length)
}

const theatre = await openTheatre()
const browser = await openBrowser()
const { page } = await visit(browser, theatre.address)
await page.waitForFunction(() => Reflect.has(globalThis, "stage"))
await page.evaluate((text) => stage.show(text), SAMPLE)
await page.locator(".md .text-code-key").first().waitFor()
await page.locator(".md math").first().waitFor()

/** Milliseconds of each append. */
function stream(text: string, appends: number): Promise<number[]> {
  return page.evaluate(
    async ([whole, count]) => {
      stage.clear()
      const times: number[] = []
      for (let index = 1; index <= count; index += 1) {
        const piece = whole.slice(0, Math.round((whole.length * index) / count))
        const started = performance.now()
        stage.show(piece, true)
        times.push(performance.now() - started)
        if (index % 64 === 0) await new Promise((done) => requestAnimationFrame(done))
      }
      return times
    },
    [text, appends] as const,
  )
}

const middle = (times: readonly number[]): number => times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
const sum = (times: readonly number[]): number => times.reduce((all, one) => all + one, 0)
const totals: number[] = []
for (let round = 0; round < ROUNDS; round += 1) totals.push(sum(await stream(textOf(SIZE), TOKENS)))
const median = middle(totals)
const perFrame = sum(await stream(textOf(SIZE), Math.round(TOKENS / 10)))
const long = await stream(textOf(4 * SIZE), TOKENS)
const quarters = [0, 1, 2, 3].map((quarter) => middle(long.slice((quarter * TOKENS) / 4, ((quarter + 1) * TOKENS) / 4)))

const say = (line: string): boolean => process.stdout.write(`${line}\n`)
say(`16 KB in ${TOKENS} appends: ${median.toFixed(0)} ms of script (${totals.map((one) => one.toFixed(0)).join(", ")})`)
say(`16 KB in ${TOKENS / 10} appends, as a page that draws once per frame gets it: ${perFrame.toFixed(0)} ms (goal ${GOAL_MS})`)
say(`an append to 64 KB, the median of each quarter of the text: ${quarters.map((one) => one.toFixed(3)).join(", ")} ms; longest ${Math.max(...long).toFixed(1)} ms`)
await browser.close()
await theatre.close()
