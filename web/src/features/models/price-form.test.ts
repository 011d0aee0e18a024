import { expect, test } from "vitest"
import { bodyOfPrice, isBeyondForm, isComing, ownPrice, priceBodyOf } from "@/features/models/price-form"
import { PRICES } from "../../../tests/browser/house-data.ts"

const [price] = PRICES
if (!price) throw new Error("no prices")

const NOW = Date.parse("2026-12-01")

test("what is left empty is left out of a price", () => {
  const form = new FormData()
  for (const [name, value] of Object.entries({ input: " 1.5 ", output: "6", cached: "", currency: "EUR" })) form.set(name, value)
  expect(priceBodyOf(form)).toEqual({ input: "1.5", output: "6", currency: "EUR" })
})

test("a removed price comes back with its amounts and its day", () => {
  expect(bodyOfPrice(price)).toEqual({ input: "1.1", output: "9", cached: "0.11", currency: "USD", starts: "2026-11-01", ends: "" })
})

test("a model's own price is the one in force for exactly its name", () => {
  const past = { ...price, is_past: true, input: "2" }
  expect(ownPrice([price, past], "openai/gpt-5", NOW)).toBe(price)
  expect(ownPrice([past], "openai/gpt-5", NOW)).toBeUndefined()
  expect(ownPrice([price], "openai/gpt-5-mini", NOW)).toBeUndefined()
})

test("a price that waits for its day is not in force before it", () => {
  const coming = { ...price, starts: "2027-01-01", input: "1" }
  expect(ownPrice([price, coming], "openai/gpt-5", NOW)).toBe(price)
  expect([isComing(coming, NOW), isComing(price, NOW), isComing({ starts: null }, NOW)]).toEqual([true, false, false])
})

test("steps by context are beyond the form", () => {
  const tier = { ...price, above: 200_000, model: undefined }
  expect([isBeyondForm(price), isBeyondForm({ ...price, tiers: [tier] }), isBeyondForm(undefined)]).toEqual([false, true, false])
})
