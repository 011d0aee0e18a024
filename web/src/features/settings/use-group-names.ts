import { useLingui } from "@lingui/react/macro"
import type { SettingsPage } from "@/registry"

/** What the groups of settings are called. */
export function useGroupNames(): Readonly<Record<SettingsPage["group"], string>> {
  const { t } = useLingui()
  return { you: t`You`, models: t`Models and access`, work: t`Work`, server: t`Server` }
}
