import type { SettingsPage } from "@/registry"
import { SETTINGS_GROUPS, type SettingsGroup } from "@/registry/feature"

export interface FoundGroup {
  id: SettingsGroup
  pages: readonly SettingsPage[]
}

/** The groups and their pages whose title or keywords have all the words; all of them without any. */
export function matchSettings(
  pages: readonly SettingsPage[],
  words: string,
  read: (text: () => string) => string,
): readonly FoundGroup[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = (page: SettingsPage): boolean => {
    const text = `${read(page.title)} ${read(page.keywords)} ${page.id}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  }
  return SETTINGS_GROUPS.map((id) => ({ id, pages: pages.filter((page) => page.group === id && matches(page)) })).filter(
    (group) => group.pages.length > 0,
  )
}
