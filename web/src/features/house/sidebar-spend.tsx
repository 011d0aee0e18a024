import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { monthQuery } from "@/features/house/api/queries"
import { OtherCosts } from "@/features/house/other-costs"
import { isOnlyUnpriced, spentIn } from "@/features/house/spend"
import { formatMoney } from "@/lib/format"
import { useToday } from "@/lib/use-today"

/** What this month cost so far. */
export function SidebarSpend() {
  const { t, i18n } = useLingui()
  const today = new Date(useToday())
  const { data } = useQuery(monthQuery(today))
  if (!data) return null
  const spent = spentIn(data)
  const month = new Intl.DateTimeFormat(i18n.locale, { month: "long" }).format(today)
  return (
    <div className="shrink-0 px-4 py-3 text-ui text-text-2">
      <p className="flex items-center justify-between gap-3">
        <span className="min-w-0 truncate">{t`Spent in ${month}`}</span>
        <span className="tabular text-text">{isOnlyUnpriced(spent) ? t`unpriced` : formatMoney(spent.cost_e10, spent.currency, i18n.locale)}</span>
      </p>
      <div className="flex justify-end text-caption empty:hidden">
        <OtherCosts spent={spent} />
      </div>
    </div>
  )
}
