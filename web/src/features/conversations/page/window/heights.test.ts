import { expect, test } from "vitest"
import { anchorAt, holds, rangeAround, rangeAtEnd, sumOf } from "@/features/conversations/page/window/heights"

const HEIGHTS = [100, 200, 50, 400, 100]

test("the turns around an anchor fill the view and some more on both sides", () => {
  expect(rangeAround(HEIGHTS, { index: 2, offset: 0 }, 100, 0)).toEqual({ from: 2, to: 4 })
  expect(rangeAround(HEIGHTS, { index: 2, offset: 0 }, 100, 150)).toEqual({ from: 1, to: 4 })
  expect(rangeAround(HEIGHTS, { index: 2, offset: 60 }, 100, 0)).toEqual({ from: 1, to: 3 })
  expect(rangeAround(HEIGHTS, { index: 2, offset: -20 }, 10, 0)).toEqual({ from: 2, to: 3 })
  expect(rangeAround([], { index: 0, offset: 0 }, 100, 50)).toEqual({ from: 0, to: 0 })
})

test("at the end as many are drawn as fill the view", () => {
  expect(rangeAtEnd(HEIGHTS, 300, 0)).toEqual({ from: 3, to: 5 })
  expect(rangeAtEnd(HEIGHTS, 300, 250)).toEqual({ from: 2, to: 5 })
  expect(rangeAtEnd(HEIGHTS, 5_000, 0)).toEqual({ from: 0, to: 5 })
})

test("the turn at a height is found, and where it begins", () => {
  expect(anchorAt(HEIGHTS, 0)).toEqual({ index: 0, offset: 0 })
  expect(anchorAt(HEIGHTS, 120)).toEqual({ index: 1, offset: -20 })
  expect(anchorAt(HEIGHTS, 10_000)).toEqual({ index: 4, offset: 750 - 10_000 })
  expect(anchorAt([], 10)).toEqual({ index: 0, offset: -10 })
  expect(sumOf(HEIGHTS, 1, 3)).toBe(250)
})

test("a range holds what lies within it", () => {
  expect(holds({ from: 1, to: 5 }, { from: 2, to: 5 })).toBe(true)
  expect(holds({ from: 1, to: 5 }, { from: 0, to: 3 })).toBe(false)
})
