import { useLingui } from "@lingui/react/macro"
import type { GroupName } from "@/features/models/picker/options"

/** What the groups of models to choose from are called. */
export function useGroupTitles(): Readonly<Record<GroupName, string>> {
  const { t } = useLingui()
  return { favourites: t`Favourites`, recent: t`Recent`, all: t`All models` }
}
