import { beforeEach, expect, test, vi } from "vitest"
import { findActions, hasWords } from "@/features/palette/find"
import type { Action } from "@/registry"

const act = (id: string, title: string, keys: readonly string[] = [], keywords = ""): Action => ({
  id,
  title: () => title,
  keys,
  keywords: () => keywords,
  run: () => undefined,
})
const read = (text: () => string): string => text()

beforeEach(() => {
  vi.stubGlobal("localStorage", { getItem: () => null })
})

test("all words must be there, in any order", () => {
  expect(hasWords("Go to the models", "MODELS go")).toBe(true)
  expect(hasWords("Go to the models", "models keys")).toBe(false)
  expect(hasWords("Anything", "")).toBe(true)
})

test("what begins with the words comes first, each act once, and Esc's acts never", () => {
  const actions = [
    act("other", "Use the new theme"),
    act("new", "New conversation", ["n"]),
    act("new", "New conversation of a feature"),
    act("stop", "New stop", ["Escape"]),
  ]
  const found = findActions(actions, "new", read)
  expect(found.map((one) => [one.id, one.keys])).toEqual([
    ["action-new", "n"],
    ["action-other", undefined],
  ])
})

test("before a word is typed acts stand in their order, and those without one as they came", () => {
  const actions = [{ ...act("sidebar", "Sidebar"), order: 90 }, act("import", "Import"), act("export", "Export"), { ...act("new", "New"), order: 0 }]
  expect(findActions(actions, "", read).map(({ title }) => title)).toEqual(["New", "Import", "Export", "Sidebar"])
})

test("keywords find what the title does not name", () => {
  expect(findActions([act("a", "Appearance", [], "dark theme")], "dark", read)).toHaveLength(1)
})
