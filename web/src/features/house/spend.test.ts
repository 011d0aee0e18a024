import { expect, test } from "vitest"
import { isOnlyUnpriced } from "@/features/house/spend"

const today = { requests: 3, errors: 0, input_tokens: 9, output_tokens: 9, cost_e10: 0, currency: "USD", unpriced: 0 }

test("a day without any known price is unpriced, not free", () => {
  expect(isOnlyUnpriced({ ...today, unpriced: 2 })).toBe(true)
})

test("a day that cost something, or whose models are free, has its amount", () => {
  expect(isOnlyUnpriced(today)).toBe(false)
  expect(isOnlyUnpriced({ ...today, unpriced: 1, cost_e10: 5 })).toBe(false)
})
