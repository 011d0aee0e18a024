import { expect, test } from "vitest"
import { droppedAt, moved } from "@/features/conversations/composer/queue/reorder"

test("one is moved by places, and not past the ends", () => {
  expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"])
  expect(moved(["a", "b", "c"], "c", -5)).toEqual(["c", "a", "b"])
  expect(moved(["a", "b"], "x", 1)).toEqual(["a", "b"])
})

test("one is dropped at another's place", () => {
  expect(droppedAt(["a", "b", "c"], "a", "c")).toEqual(["b", "c", "a"])
  expect(droppedAt(["a", "b", "c"], "c", "a")).toEqual(["c", "a", "b"])
})
