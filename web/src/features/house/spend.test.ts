import { expect, test } from "vitest"
import { isOnlyUnpriced } from "@/features/house/spend"

const today = { requests: 3, errors: 0, input_tokens: 9, output_tokens: 9, cost_e10: 0, currency: "USD", other_costs: [], unpriced: 0 }

test("a day on which nothing has a known price is unpriced, not free", () => {
  expect(isOnlyUnpriced({ ...today, unpriced: 3 })).toBe(true)
})

test("a day of which some is known has that amount, also when it is nothing", () => {
  expect(isOnlyUnpriced(today)).toBe(false)
  expect(isOnlyUnpriced({ ...today, unpriced: 2 })).toBe(false)
  expect(isOnlyUnpriced({ ...today, unpriced: 3, requests: 9, cost_e10: 5 })).toBe(false)
})
