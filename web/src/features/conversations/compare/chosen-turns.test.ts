import { expect, test } from "vitest"
import type { Diff, Pair } from "@/features/conversations/api/branching"
import { chosenTurns, keyOfPair } from "@/features/conversations/compare/chosen-turns"

const pair = (left: string | null, right: string | null): Pair => ({
  status: left === null ? "right-only" : right === null ? "left-only" : "changed",
  left_id: left,
  right_id: right,
  changes: [],
  differences: [],
})
const side = { messages: 0, words: 0, tokens: 0, input_tokens: 0, output_tokens: 0, cost_e10: {}, models: [], tools: {} }
const question = pair("q", "p")
const answer = pair("a", "b")
const added = pair(null, "z")
const diff: Diff = {
  shared: 0,
  shared_id: null,
  is_cut: false,
  left: side,
  right: side,
  turns: [
    { status: "changed", pairs: [question, answer] },
    { status: "right-only", pairs: [added] },
  ],
}

test("the branch that is merged into is taken as it is, unless something else is chosen", () => {
  expect(chosenTurns(diff, new Map())).toEqual(["q", "a"])
  expect(chosenTurns(diff, new Map([[keyOfPair(added), "right"], [keyOfPair(answer), "none"]]))).toEqual(["q", "z"])
})

test("of a turn that is taken twice, the answers stay below their questions", () => {
  const both = new Map([[keyOfPair(question), "both" as const], [keyOfPair(answer), "both" as const]])
  expect(chosenTurns(diff, both)).toEqual(["q", "a", "p", "b"])
})
