import { expect, test } from "vitest"
import { amountOf, limitsFrom } from "@/features/keys/key-limits"

test("empty fields are no limit, and a budget counts by the month", () => {
  const form = new FormData()
  form.set("requests", "60")
  form.set("tokens", " ")
  form.set("budget", "12.5")
  expect(limitsFrom(form)).toEqual({
    requests_per_minute: 60,
    tokens_per_minute: null,
    concurrency: null,
    budget_e10: 125_000_000_000,
    budget_period: "month",
  })
  expect(limitsFrom(new FormData())).toEqual({
    requests_per_minute: null,
    tokens_per_minute: null,
    concurrency: null,
    budget_e10: null,
  })
})

test("an amount is written as a person writes it", () => {
  expect([amountOf(null), amountOf(125_000_000_000)]).toEqual(["", "12.5"])
})
