import { useLingui } from "@lingui/react/macro"
import { SettingsHeader } from "@/features/settings/settings-header"

/** What stands in the settings where no page of theirs is. */
export function NoSettings() {
  const { t } = useLingui()
  return <SettingsHeader title={t`There is no page here`} />
}
