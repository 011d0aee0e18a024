import { expect, test } from "vitest"
import { countedTitle } from "@/features/conversations/list/announce/title-count"

test("the count stands before the title once, and goes", () => {
  expect(countedTitle("Otters · Salon", 2)).toBe("(2) Otters · Salon")
  expect(countedTitle("(2) Otters · Salon", 3)).toBe("(3) Otters · Salon")
  expect(countedTitle("(3) Otters · Salon", 0)).toBe("Otters · Salon")
})
