import { expect, test } from "vitest"
import {
  asSentence,
  formatCompact,
  formatContext,
  formatDuration,
  formatMinute,
  formatMoment,
  formatMoney,
  formatShare,
  formatUptime,
  formatWords,
} from "@/lib/format"

const HOUR_MS = 3_600_000

test.each([
  [42_100_000_000, "$4.21"],
  [0, "$0.00"],
  [4_100_000, "$0.00041"],
  [10_000_000_000, "$1.00"],
])("money %i reads %s", (amount, text) => {
  expect(formatMoney(amount, "USD", "en")).toBe(text)
})

test("money follows the language", () => {
  expect(formatMoney(42_100_000_000, "EUR", "de")).toBe("4,21\u00a0€")
})

test("an amount stays whole in text that reads from right to left", () => {
  expect(formatMoney(42_100_000_000, "USD", "ar")).toBe("\u20664.21\u00a0US$\u2069")
  expect(formatWords(["a", "b"], "ar")).toBe("a، b")
})

test.each([
  [0.42, "0.42 ms"],
  [4, "4 ms"],
  [412, "412 ms"],
  [3100, "3.1 s"],
  [125_000, "2 min 5 s"],
  [2 * HOUR_MS + 20 * 60_000, "2 h 20 min"],
])("a duration of %d ms reads %s", (value, text) => {
  expect(formatDuration(value, "en").replaceAll("\u00a0", " ")).toBe(text)
})

test.each([
  [9_000, "9 s"],
  [5 * 60_000, "5 min"],
  [4.5 * HOUR_MS, "4 h 30 min"],
  [76 * HOUR_MS, "3 d 4 h"],
  [-500, "0 s"],
])("an uptime of %d ms reads %s", (value, text) => {
  expect(formatUptime(value, "en").replaceAll("\u00a0", " ")).toBe(text)
})

test("figures are short from ten thousand on", () => {
  expect([formatCompact(1284, "en"), formatCompact(318_204, "en")]).toEqual(["1,284", "318.2K"])
  expect([formatContext(131_072, "en"), formatContext(1_048_576, "en")]).toEqual(["131K", "1M"])
})

test("a moment shows its day only when it is not today", () => {
  const noon = new Date(2026, 10, 21, 12, 0, 5).getTime()
  expect(formatMoment(noon, noon + 1000, "en")).toBe("12:00:05")
  expect(formatMoment(noon, noon + 26 * HOUR_MS, "en")).toBe("Nov 21, 12:00")
  expect(formatMinute(noon, noon + 1000, "en")).toBe("12:00")
})

test("a share of nothing is none", () => {
  expect(formatShare(0, 0, "en")).toBe("0%")
})

test("a half-sentence becomes a sentence", () => {
  expect(asSentence("a region, like eu-central-1; none for v1")).toBe("A region, like eu-central-1; none for v1.")
})
