import { expect, test } from "vitest"
import { firstWindow } from "@/lib/row-window"

test("few rows are drawn whole", () => {
  const few = firstWindow({ count: 100, height: 10 })
  expect([few.rows.length, few.after]).toEqual([100, 0])
})

test("many rows keep their room", () => {
  const many = firstWindow({ count: 1000, height: 10 })
  expect(many.rows.length * 10 + many.after).toBe(10_000)
})
