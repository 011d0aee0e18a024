import { expect, test } from "vitest"
import type { MapStop } from "@/features/conversations/api/branching"
import { pathTo, treeRows, withTurns } from "@/features/conversations/inspector/tree-rows"

function stop(id: string, parent: string | null, between = 0): MapStop {
  const line = { role: "user", author: "Ann", author_kind: "person", status: "complete", tokens: 1 } as const
  const rest = { is_pinned: false, is_deleted: false, created_at_ms: 0, children: 0, words: id }
  return { ...line, ...rest, id, parent_id: parent, between }
}

/** As in the design: the second answer stands one lane in, and the first goes on below it. */
const FORKED = [stop("a", null), stop("b", "a"), stop("old", "b"), stop("new", "b"), stop("end", "new")]

test("another version stands one lane in, and the first one goes on below it in the lane of both", () => {
  const rows = treeRows(FORKED, "end").map(({ stop: { id }, lane, from, isOn }) => [id, lane, from, isOn])
  expect(rows).toEqual([
    ["a", 0, null, true],
    ["b", 0, 0, true],
    ["new", 1, 0, true],
    ["end", 1, 1, true],
    ["old", 0, 0, false],
  ])
})

test("the lane of what comes later passes by, and nothing moves when another branch is shown", () => {
  const [one, other] = [treeRows(FORKED, "end"), treeRows(FORKED, "old")]
  expect(one.map(({ stop: { id } }) => id)).toEqual(other.map(({ stop: { id } }) => id))
  expect(one.map(({ passing }) => passing)).toEqual([[], [], [{ lane: 0, isOn: false }], [{ lane: 0, isOn: false }], []])
  expect(other[2]?.passing).toEqual([{ lane: 0, isOn: true }])
  expect(one.map(({ goesOn }) => goesOn)).toEqual([true, true, true, false, false])
})

test("turns that are left out have a row of their own, and come in its place when they are asked for", () => {
  const long = [stop("a", null), stop("z", "a", 70)]
  expect(treeRows(long, "z").map(({ stop: { id }, left }) => [id, left])).toEqual([["a", null], ["z", 70], ["z", null]])
  const more = withTurns(long, "z", [stop("x", null), stop("y", "x")])
  expect(more.map(({ id, parent_id, between }) => [id, parent_id, between])).toEqual([
    ["a", null, 0],
    ["x", "a", 68],
    ["y", "x", 0],
    ["z", "y", 0],
  ])
})

test("a path that goes in a circle comes to an end", () => {
  expect([...pathTo([stop("a", "b"), stop("b", "a")], "a")]).toEqual(["a", "b"])
  expect(treeRows([stop("a", "b"), stop("b", "a")], "a")).toEqual([])
})
