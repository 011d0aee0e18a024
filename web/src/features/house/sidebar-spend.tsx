import { useLingui } from "@lingui/react/macro"
import type { Status } from "@/api/types"
import { isOnlyUnpriced } from "@/features/house/spend"
import { OtherCosts } from "@/features/house/other-costs"
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
    <div className="shrink-0 px-4 py-3 text-ui text-text-2">
      <p className="flex items-center justify-between gap-3">
        <span>{t`Spent today`}</span>
        <span className="tabular text-text">{isOnlyUnpriced(today) ? t`unpriced` : cost}</span>
      </p>
      <div className="flex justify-end text-caption empty:hidden">
        <OtherCosts today={today} />
      </div>
    </div>
  )
}
