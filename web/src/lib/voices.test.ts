import { expect, test } from "vitest"
import { assignVoices, monogram } from "@/lib/voices"

const HUES: Readonly<Record<number, number>> = { 1: 28, 2: 62, 3: 125, 4: 165, 5: 192, 6: 248, 7: 278, 8: 318, 9: 355 }

test("neighbours are at least 60 degrees of hue apart", () => {
  const voices = [...assignVoices(Array.from("abcdefghi")).values()]
  expect(new Set(voices).size).toBe(9)
  voices.forEach((voice, index) => {
    const next = voices[(index + 1) % voices.length] ?? voice
    const apart = Math.abs((HUES[voice] ?? 0) - (HUES[next] ?? 0))
    expect(Math.min(apart, 360 - apart)).toBeGreaterThanOrEqual(60)
  })
})

test("monograms have two letters past nine voices", () => {
  expect(monogram("open-router", 0)).toBe("O")
  expect(monogram("open-router", 9)).toBe("OP")
})
