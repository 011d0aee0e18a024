import { createJavaScriptRegexEngine } from "@shikijs/engine-javascript"
import { codeToTokensBase, createShikiPrimitive, getLastGrammarStateFromMap } from "@shikijs/primitive"
import type { GrammarState } from "@shikijs/types"
import { grammarName, loadGrammar } from "./languages.ts"
import type { Highlighter, Piece } from "./painted.ts"
import { classOf, THEME } from "./theme.ts"
import { warm } from "./warm.ts"

/** A line that is longer than this is data, not code: it stays plain. */
const LONGEST_LINE = 2000
const LONGEST_MS = 250

const engine = createJavaScriptRegexEngine({ forgiving: true })
const primitive = createShikiPrimitive({ themes: [THEME], langs: [], engine })
const loaded = new Set<string>()

/** What colours lines of a language, from the state in which the line before left the grammar; null for others. */
export async function openHighlighter(language: string): Promise<Highlighter | null> {
  const name = grammarName(language)
  if (name === null) return null
  if (!loaded.has(name)) {
    const grammars = await loadGrammar(name)
    await primitive.loadLanguage(...grammars)
    const own = grammars.find((grammar) => grammar.name === name) ?? grammars.at(-1)
    if (own !== undefined) await warm(engine, own)
    loaded.add(name)
  }
  return {
    paint(line, state) {
      const isKnown = state !== null && states.get(state)
      const tokens = codeToTokensBase(primitive, line, {
        lang: name,
        theme: "salon",
        tokenizeMaxLineLength: LONGEST_LINE,
        tokenizeTimeLimit: LONGEST_MS,
        ...(isKnown ? { grammarState: isKnown } : {}),
      })
      const after = {}
      const grammarState = getLastGrammarStateFromMap(tokens)
      if (grammarState !== undefined) states.set(after, grammarState)
      return { pieces: merged((tokens[0] ?? []).map((one) => ({ text: one.content, className: classOf(one.color) }))), after }
    },
  }
}

/** The states stay in here: outside they are handles. */
const states = new WeakMap<object, GrammarState>()

/** Pieces of the same colour that touch are one. */
function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const before = result.at(-1)
    if (before?.className === piece.className) result[result.length - 1] = { text: before.text + piece.text, className: piece.className }
    else result.push(piece)
  }
  return result
}
