import { expect, test } from "vitest"
import { queryOf } from "@/features/conversations/search/api/search"
import { piecesOf } from "@/features/conversations/search/marked"
import { wishIn, withPart } from "@/features/conversations/search/wish"

test("a snippet is cut at its marks, which count characters", () => {
  expect(piecesOf("🦦 an otter", [[5, 10]])).toEqual([
    { at: 0, text: "🦦 an ", isMark: false },
    { at: 5, text: "otter", isMark: true },
  ])
  expect(piecesOf("otter otter", [[0, 5], [6, 11]]).map(({ isMark }) => isMark)).toEqual([true, false, true])
  expect(piecesOf("plain", [])).toEqual([{ at: 0, text: "plain", isMark: false }])
})

test("an address is read to what makes sense of it", () => {
  const raw = { q: "2026", role: "robot", since: "2026-13-45", until: "2026-03-01", files: "true", tag: "", other: "x" }
  expect(wishIn(raw)).toEqual({ q: "2026", until: "2026-03-01", files: true })
  expect(withPart({ q: "a", tag: "b" }, "tag", "")).toEqual({ q: "a" })
  expect(withPart({ q: "a" }, "role", "user")).toEqual({ q: "a", role: "user" })
})

test("the last day of a search counts whole", () => {
  const query = queryOf({ since: "2026-03-01", until: "2026-03-01" })
  expect(Number(query.before_ms) - Number(query.after_ms)).toBe(86_400_000)
})
