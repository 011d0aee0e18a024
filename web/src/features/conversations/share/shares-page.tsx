import { useLingui } from "@lingui/react/macro"
import { ShareList } from "@/features/conversations/share/share-list"

/** Every link that leads to a conversation of the space, as a page of the settings. */
export function SharesPage() {
  const { t } = useLingui()
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ui text-text-2">{t`Whoever has one of these links reads what it shows, without signing in.`}</p>
      <ShareList />
    </div>
  )
}
