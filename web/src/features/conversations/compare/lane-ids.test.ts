import { expect, test } from "vitest"
import { laneIds } from "@/features/conversations/compare/lane-ids"

const answer = (id: string, isDeleted = false) => ({ id, content: isDeleted ? null : { parts: [], provider_data: null } })

test("the newest four stand side by side, each where it began", () => {
  expect(laneIds([], [answer("c"), answer("a")], [{ message_id: "b" }])).toEqual(["a", "b", "c"])
  expect(laneIds([], ["a", "b", "c", "d", "e"].map((id) => answer(id)), [])).toEqual(["b", "c", "d", "e"])
})

test("the shown one stands among them, however old it is, unless it was deleted", () => {
  const all = ["a", "b", "c", "d", "e"].map((id) => answer(id))
  expect(laneIds([], all, [], "a")).toEqual(["a", "c", "d", "e"])
  expect(laneIds([], all, [], "d")).toEqual(["b", "c", "d", "e"])
  expect(laneIds([], [answer("a", true), ...all.slice(1)], [], "a")).toEqual(["b", "c", "d", "e"])
})

test("what has just been written stays until its message is there; what was deleted goes", () => {
  expect(laneIds(["a", "b"], [answer("a")], [])).toEqual(["a", "b"])
  expect(laneIds(["a", "b"], [answer("a"), answer("b", true)], [])).toEqual(["a"])
})
