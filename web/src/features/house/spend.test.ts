import { expect, test } from "vitest"
import { isOnlyUnpriced, spentIn } from "@/features/house/spend"

const today = { requests: 3, errors: 0, input_tokens: 9, output_tokens: 9, cost_e10: 0, currency: "USD", other_costs: [], unpriced: 0 }

test("a day on which nothing has a known price is unpriced, not free", () => {
  expect(isOnlyUnpriced({ ...today, unpriced: 3 })).toBe(true)
})

test("a day of which some is known has that amount, also when it is nothing", () => {
  expect(isOnlyUnpriced(today)).toBe(false)
  expect(isOnlyUnpriced({ ...today, unpriced: 2 })).toBe(false)
  expect(isOnlyUnpriced({ ...today, unpriced: 3, requests: 9 })).toBe(false)
})

test("a month is told in the currency in which most was paid, with the others beside it", () => {
  const rows = [
    { requests: 2, unpriced: 0, cost_e10: 70, currency: "EUR" },
    { requests: 9, unpriced: 1, cost_e10: 50, currency: "USD" },
    { requests: 40, unpriced: 0, cost_e10: 0, currency: "CHF" },
  ]
  const others = [{ cost_e10: 70, currency: "EUR" }]
  expect(spentIn(rows)).toEqual({ requests: 51, unpriced: 1, cost_e10: 50, currency: "USD", other_costs: others })
  expect(spentIn([])).toEqual({ requests: 0, unpriced: 0, cost_e10: 0, currency: "USD", other_costs: [] })
})
