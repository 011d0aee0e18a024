import { expect, test } from "vitest"
import { type Outline, withEnd } from "@/features/conversations/api/outline"

const outline = (ids: string, next: string | null): Outline => ({
  items: [...ids].map((id) => ({
    id,
    role: "user",
    author: null,
    author_kind: "person",
    status: "complete",
    tokens: 1,
    is_pinned: false,
    is_deleted: false,
    created_at_ms: 0,
  })),
  next,
  branch: null,
})
const idsOf = (one: Outline | null): string | null => one && one.items.map(({ id }) => id).join("")

test("an end that is read anew takes the place of the one there was, also on another path", () => {
  expect(idsOf(withEnd(outline("abcde", null), outline("def", "d")))).toBe("abcdef")
  expect(idsOf(withEnd(outline("abcde", null), outline("cxy", "c")))).toBe("abcxy")
  expect(withEnd(outline("abcde", "a"), outline("def", "d"))?.next).toBe("a")
})

test("an end that does not meet what is there says nothing of it; one that is the whole says all", () => {
  expect(withEnd(outline("abc", null), outline("xyz", "x"))).toBeNull()
  expect(idsOf(withEnd(outline("abc", null), outline("xy", null)))).toBe("xy")
})
