import { createJavaScriptRegexEngine } from "@shikijs/engine-javascript"
import type { LanguageRegistration } from "@shikijs/types"
import { expect, test } from "vitest"
import { patternsOf, warm } from "./warm.ts"

const GRAMMAR: LanguageRegistration = {
  name: "tiny",
  scopeName: "source.tiny",
  patterns: [{ include: "#text" }, { include: "#word" }, { include: "source.other" }],
  repository: {
    text: { begin: '"', end: '"|$', patterns: [{ match: "within" }, { include: "#word" }] },
    word: { patterns: [{ match: "first" }, { include: "#text" }] },
  },
}

test("what any line may begin with comes first, each pattern once, and no more than asked for", () => {
  expect(patternsOf(GRAMMAR, 10)).toEqual(['"', '"|$', "first", "within"])
  expect(patternsOf(GRAMMAR, 3)).toEqual(['"', '"|$', "first"])
})

test("what is warm is known to the engine, so that a line translates it no more", async () => {
  const cache = new Map<string, RegExp | Error>()
  await warm(createJavaScriptRegexEngine({ forgiving: true, cache }), GRAMMAR)
  expect([...cache.keys()]).toEqual(patternsOf(GRAMMAR, 10))
})
