import { useLingui } from "@lingui/react/macro"
import type { Status } from "@/api/types"
import { isOnlyUnpriced } from "@/features/house/spend"
import { formatMoney } from "@/lib/format"

interface SidebarSpendProps {
  status: Status | undefined
}

/** What today cost so far. */
export function SidebarSpend({ status }: SidebarSpendProps) {
  const { t, i18n } = useLingui()
  if (!status) return null
  const today = status.today
  const cost = formatMoney(today.cost_e10, today.currency, i18n.locale)
  return (
    <p className="flex shrink-0 items-center justify-between px-4 py-3 text-ui text-text-2">
      <span>{t`Spent today`}</span>
      <span className="tabular text-text">{isOnlyUnpriced(today) ? t`unpriced` : cost}</span>
    </p>
  )
}
