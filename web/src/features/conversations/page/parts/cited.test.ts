import { expect, test } from "vitest"
import { piecesOf } from "@/features/conversations/page/parts/cited"
import type { CitationPart, Part } from "@/live/parts"

const cite = (url: string, end?: number): CitationPart => ({ kind: "citation", url, ...(end === undefined ? {} : { end }) })
const text = (words: string): Part => ({ kind: "text", text: words })
const mark = (number: number): string => `\uFFFC${number}\uFFFC`

test("a citation stands where it belongs, and the same source has one number", () => {
  const { pieces, sources } = piecesOf([text("One. Two."), cite("a", 4), cite("b", 9), text("Three."), cite("a", 6)])
  expect(pieces).toMatchObject([
    { kind: "text", text: `One.${mark(1)} Two.${mark(2)}` },
    { kind: "text", text: `Three.${mark(1)}` },
  ])
  expect(sources.map(({ url }) => url)).toEqual(["a", "b"])
})

test("places count characters, and come in any order", () => {
  const { pieces } = piecesOf([text("😀 yes no"), cite("b", 8), cite("a", 5)])
  expect(pieces).toMatchObject([{ text: `😀 yes${mark(2)} no${mark(1)}` }])
})

test("a citation without a place, or behind the end, stands after the text", () => {
  expect(piecesOf([text("Yes."), cite("a")]).pieces).toMatchObject([{ text: "Yes." }, { kind: "cited", numbers: [1] }])
  expect(piecesOf([text("Yes."), cite("a", 400)]).pieces).toMatchObject([{ text: `Yes.${mark(1)}` }])
  expect(piecesOf([cite("a", 3)]).pieces).toEqual([{ kind: "cited", numbers: [1] }])
})

test("words cannot pretend to be a citation", () => {
  const { pieces } = piecesOf([text(`no${mark(1)} yes`), cite("a", 6)])
  expect(pieces).toMatchObject([{ text: `no\uFFFD1\uFFFD ${mark(1)}yes` }])
})

test("a tool call has its result beside it", () => {
  const call: Part = { kind: "tool-call", id: "c1", name: "look", arguments: "{}" }
  const result: Part = { kind: "tool-result", tool_call_id: "c1", parts: [text("found")] }
  expect(piecesOf([call, result]).pieces).toEqual([{ kind: "part", part: call, result, at: 0 }])
})
