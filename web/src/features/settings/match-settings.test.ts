import { Info } from "lucide-react"
import { expect, test } from "vitest"
import { matchSettings } from "@/features/settings/match-settings"
import type { SettingsPage } from "@/registry"

const page = (id: string, group: SettingsPage["group"], keywords = ""): SettingsPage => ({
  id,
  title: () => `The ${id}`,
  group,
  icon: Info,
  keywords: () => keywords,
  order: 0,
})
const PAGES = [page("models", "models", "prices"), page("appearance", "you", "dark theme"), page("keys", "models")]
const found = (words: string) =>
  matchSettings(PAGES, words, (text) => text()).map((group) => [group.id, ...group.pages.map((one) => one.id)])

test("without words all pages stand in their groups, and empty groups are left out", () => {
  expect(found(" ")).toEqual([
    ["you", "appearance"],
    ["models", "models", "keys"],
  ])
})

test("every word must be in the title or the keywords", () => {
  expect(found("THEME dark")).toEqual([["you", "appearance"]])
  expect(found("theme prices")).toEqual([])
})
