import { useLingui } from "@lingui/react/macro"
import type { SectionId } from "@/features/conversations/list/sections"

/** What stands above each section of the list. */
export function useSectionNames(): Readonly<Record<SectionId, string>> {
  const { t } = useLingui()
  return {
    temporary: t`Temporary`,
    pinned: t`Pinned`,
    today: t`Today`,
    yesterday: t`Yesterday`,
    week: t`Last 7 days`,
    earlier: t`Earlier`,
  }
}
