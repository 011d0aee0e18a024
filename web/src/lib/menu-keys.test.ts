import { expect, test } from "vitest"
import { createTypeahead, nextInMenu } from "@/lib/menu-keys"

test("the arrows wrap around and Home and End lead to the ends", () => {
  expect(nextInMenu("ArrowDown", 2, 3)).toBe(0)
  expect(nextInMenu("ArrowUp", 0, 3)).toBe(2)
  expect(nextInMenu("Home", 2, 3)).toBe(0)
  expect(nextInMenu("End", 0, 3)).toBe(2)
  expect(nextInMenu("ArrowDown", -1, 0)).toBeNull()
})

test("letters typed at once narrow, the same letter later goes on", () => {
  const names = ["Rename", "Remove", "Archive"]
  const find = createTypeahead()
  expect(find("r", names, -1, 0)).toBe(0)
  expect(find("e", names, 0, 100)).toBe(0)
  expect(find("m", names, 0, 200)).toBe(1)
  expect(find("r", names, 1, 2000)).toBe(0)
  expect(find("x", names, 0, 4000)).toBeNull()
})
