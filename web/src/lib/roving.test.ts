import { expect, test } from "vitest"
import { nextPlace } from "@/lib/roving"

test("arrows move inside a list and stop at its ends", () => {
  expect([nextPlace("ArrowDown", 0, 3), nextPlace("ArrowDown", 2, 3)]).toEqual([1, 2])
  expect([nextPlace("ArrowUp", 2, 3), nextPlace("ArrowUp", 0, 3)]).toEqual([1, 0])
  expect([nextPlace("Home", 2, 3), nextPlace("End", 0, 3), nextPlace("a", 1, 3)]).toEqual([0, 2, null])
})
