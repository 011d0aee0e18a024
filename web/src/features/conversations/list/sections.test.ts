import { QueryClient } from "@tanstack/react-query"
import { expect, test } from "vitest"
import type { Listed } from "@/features/conversations/api/conversations"
import { knownRow, merge, type Rows, rowsKey, showUnread } from "@/features/conversations/list/api/rows"
import { daysAgo, linesOf, nextRow, typedTo } from "@/features/conversations/list/sections"
import { windowOf } from "@/features/conversations/list/line-window"

const NOW = new Date(2026, 10, 22, 9, 30).getTime()
const HOUR_MS = 3_600_000

function listed(id: string, hoursAgo: number, title = id): Listed {
  return {
    id,
    title,
    kind: "chat",
    title_by: "person",
    sources: [],
    settings: {},
    branch_id: null,
    folder_id: null,
    origin: null,
    pinned_at_ms: null,
    archived_at_ms: null,
    hidden_at_ms: null,
    deleted_at_ms: null,
    version: 1,
    messages: 2,
    created_by: null,
    created_at_ms: 0,
    changed_at_ms: NOW - hoursAgo * HOUR_MS,
    is_temporary: false,
    tags: [],
    unread: 0,
    speakers: [],
  }
}

test("conversations stand below the day they changed, the pinned ones first and once", () => {
  const pinned = listed("pinned", 1)
  const others = [pinned, listed("a", 1), listed("b", 12), listed("c", 24 * 3), listed("d", 24 * 40)]
  const lines = linesOf({ temporary: [], pinned: [pinned], others }, NOW)
  const shown = lines.map((line) => (line.kind === "head" ? `# ${line.id}` : line.id))
  expect(shown).toEqual(["# pinned", "pinned", "# today", "a", "# yesterday", "b", "# week", "c", "# earlier", "d"])
})

test("yesterday is the day before, however few hours ago", () => {
  expect(daysAgo(new Date(2026, 10, 21, 23, 59).getTime(), new Date(2026, 10, 22, 0, 1).getTime())).toBe(1)
  expect(daysAgo(NOW, NOW)).toBe(0)
})

test("typing leads to the next title that begins so, and around", () => {
  const lines = linesOf({ temporary: [], pinned: [], others: [listed("1", 1, "Apples"), listed("2", 2, "avocado"), listed("3", 3, "Bread")] }, NOW)
  expect(typedTo(lines, "a", 2)).toBe(2)
  expect(typedTo(lines, "a", 3)).toBe(1)
  expect(typedTo(lines, "z", 0)).toBe(null)
  expect(nextRow(lines, 1, -1)).toBe(1)
  expect(nextRow(lines, 1, 1)).toBe(2)
})

test("a first page that is read again takes the place of what it covers", () => {
  const now = { items: [listed("a", 1), listed("b", 2), listed("c", 3), listed("d", 4)], next: "more" }
  // c was said something in, b was deleted.
  const first = { items: [listed("c", 0), listed("a", 1)], next: "second" }
  const merged = merge(now, { ...first, items: [...first.items, listed("bb", 2.5)] })
  expect(merged.items.map(({ id }) => id)).toEqual(["c", "a", "bb", "d"])
  expect(merged.next).toBe("more")
  expect(merge(now, { items: first.items, next: null }).items).toHaveLength(2)
})

test("only lines near what is seen are drawn, and always the one that has the focus", () => {
  const tops = Array.from({ length: 10_001 }, (_, place) => place * 32)
  const drawn = windowOf(tops, { from: 160_000, to: 160_800 }, 3)
  expect(drawn.length).toBeLessThan(60)
  expect(drawn[0]).toBe(3)
  expect(drawn).toContain(5_000)
  expect(drawn).toContain(5_024)
})

test("what is read shows at once in every list that has it, and the list of the unread is read anew", () => {
  const queries = new QueryClient()
  const rows: Rows = { items: [{ ...listed("a", 1), unread: 2 }, { ...listed("b", 2), unread: 1 }], next: null }
  const [all, pinned, unread] = [rowsKey({}), rowsKey({ is_pinned: true }), rowsKey({ is_unread: true })]
  for (const key of [all, pinned, unread]) queries.setQueryData<Rows>(key, rows)
  showUnread(queries, "a", 0)
  for (const key of [all, pinned]) {
    expect(queries.getQueryData<Rows>(key)?.items.map((one) => one.unread)).toEqual([0, 1])
    expect(queries.getQueryState(key)?.isInvalidated).toBe(false)
  }
  expect(queries.getQueryState(unread)?.isInvalidated).toBe(true)
  expect(knownRow(queries, "b")?.unread).toBe(1)
  expect(knownRow(queries, "c")).toBeUndefined()
})
