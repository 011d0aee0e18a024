import { expect, test } from "vitest"
import { type ScoredTurn, segmentsOf, turnAt, weightOf } from "@/features/conversations/page/score/segments"

const turn = (id: number, tokens = 100, voice: ScoredTurn["voice"] = 1): ScoredTurn => ({ id: String(id), name: "", tokens, voice })

test("each turn has a segment while there is room, and a longer one a longer segment", () => {
  const segments = segmentsOf([turn(1, 0), turn(2, 1000, 3)], 500)
  expect(segments).toMatchObject([
    { from: 0, to: 1, voice: 1 },
    { from: 1, to: 2, voice: 3 },
  ])
  expect(weightOf(1000)).toBeGreaterThan(weightOf(0))
  expect(segmentsOf([], 500)).toEqual([])
})

test("ten thousand turns share the segments there is room for", () => {
  const segments = segmentsOf(Array.from({ length: 10_000 }, (_, at) => turn(at, at === 30 ? 9_000 : 10, at === 30 ? 7 : 2)), 800)
  expect(segments.length).toBeLessThanOrEqual(160)
  expect(segments.at(-1)?.to).toBe(10_000)
  expect(segments[0]?.voice).toBe(7)
})

test("a place of the score is a turn", () => {
  const segments = segmentsOf([turn(1), turn(2), turn(3), turn(4)], 10)
  expect(segments).toHaveLength(2)
  expect([0, 0.3, 0.6, 0.9, 1].map((place) => turnAt(segments, place))).toEqual([0, 1, 2, 3, 3])
  expect(turnAt([], 0.5)).toBe(0)
})
