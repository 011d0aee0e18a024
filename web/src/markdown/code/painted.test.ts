import { expect, test } from "vitest"
import { openHighlighter } from "./highlighter.ts"
import { grammarName, loadGrammar } from "./languages.ts"
import { type Chunk, CHUNKS_WHILE_GROWING, type Highlighter, Painted } from "./painted.ts"

const textOf = (chunks: readonly Chunk[]): string =>
  chunks.map((one) => (one.kind === "plain" ? one.text : one.lines.flat().map((piece) => piece.text).join(""))).join("")

/** Counts what it is asked for and colours nothing. */
function counting(): Highlighter & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    paint: (line) => {
      asked.push(line)
      return { pieces: [{ text: line, className: "" }], after: {} }
    },
  }
}

test("lines are coloured with our tokens, over the ends of lines", async () => {
  const python = await openHighlighter("python")
  const painted = new Painted()
  const code = { chunks: [], tail: 'def f(x):\n    """one\n    two"""\n    return 42 # end', isComplete: false }
  const [chunk] = painted.read(code, python)
  const lines = chunk?.kind === "coloured" ? chunk.lines : []
  const classOf = (line: number, text: string): string | undefined => lines[line]?.find((piece) => piece.text.includes(text))?.className
  expect([classOf(0, "def"), classOf(0, "f"), classOf(2, "two"), classOf(3, "return"), classOf(3, "42"), classOf(3, "end")]).toEqual([
    "text-code-key", "text-code-key", "text-code-str", "text-code-key", "text-code-num", "text-code-com",
  ])
  expect(textOf(painted.read(code, python))).toBe(code.tail)
})

test("while code grows, a line is coloured while it is the last and once when it is whole", () => {
  const highlighter = counting()
  const painted = new Painted()
  painted.read({ chunks: [], tail: "a\nb", isComplete: false }, highlighter)
  painted.read({ chunks: [], tail: "a\nbc\nd", isComplete: false }, highlighter)
  painted.read({ chunks: ["a\nbc\nd\n"], tail: "e", isComplete: false }, highlighter)
  expect(highlighter.asked).toEqual(["a", "b", "bc", "d", "d", "e"])
})

test("long code that grows stays plain behind its start, and what has colours keeps them", () => {
  const highlighter = counting()
  const painted = new Painted()
  const chunks = Array.from({ length: 6 }, (_, index) => `line ${index}\n`)
  const kinds = (isComplete: boolean): string[] => painted.read({ chunks, tail: "t", isComplete }, highlighter).map((one) => one.kind)
  expect(kinds(false).filter((kind) => kind === "coloured")).toHaveLength(CHUNKS_WHILE_GROWING)
  expect(kinds(true)).toEqual(Array.from({ length: 7 }, () => "coloured"))
  expect(highlighter.asked).toHaveLength(7)
})

test("where there is no time, code without colours waits for them, and code that has some goes on", () => {
  const highlighter = counting()
  const late = new Painted()
  expect(late.read({ chunks: ["a\n"], tail: "b", isComplete: false }, highlighter, false).map((one) => one.kind)).toEqual(["plain", "plain"])
  expect([late.isBehind, highlighter.asked]).toEqual([true, []])
  expect(late.read({ chunks: ["a\n"], tail: "b", isComplete: true }, highlighter).map((one) => one.kind)).toEqual(["coloured", "coloured"])
  expect(late.isBehind).toBe(false)
  const begun = new Painted()
  begun.read({ chunks: [], tail: "a\n", isComplete: false }, highlighter)
  expect(begun.read({ chunks: ["a\nb\n"], tail: "c", isComplete: false }, highlighter, false).map((one) => one.kind)).toEqual(["coloured", "coloured"])
})

test("other code starts anew", () => {
  const painted = new Painted()
  const highlighter = counting()
  painted.read({ chunks: ["a\n"], tail: "", isComplete: true }, highlighter)
  expect(textOf(painted.read({ chunks: ["b\n"], tail: "c", isComplete: true }, highlighter))).toBe("b\nc")
})

test("languages are known by the names that people write", async () => {
  expect([grammarName("py"), grammarName("c++"), grammarName("ts"), grammarName("zsh"), grammarName("toString"), grammarName("nothing")]).toEqual([
    "python", "cpp", "typescript", "bash", null, null,
  ])
  expect((await loadGrammar("json")).at(-1)?.name).toBe("json")
})
