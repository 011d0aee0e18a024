import { useLingui } from "@lingui/react/macro"
import type { Status } from "@/api/types"
import { UnpricedLink } from "@/features/house/unpriced-link"
import { isOnlyUnpriced } from "@/features/house/spend"
import { formatMoney } from "@/lib/format"

interface OtherCostsProps {
  today: Status["today"]
}

/** What today cost besides its main sum: other currencies, which nothing adds to it, and what has no price. */
export function OtherCosts({ today }: OtherCostsProps) {
  const { i18n } = useLingui()
  if (today.unpriced === 0 && today.other_costs.length === 0) return null
  const others = today.other_costs.map((one) => formatMoney(one.cost_e10, one.currency, i18n.locale))
  return (
    <span className="tabular flex flex-wrap gap-x-1.5">
      {others.map((text) => (
        <span key={text}>+ {text}</span>
      ))}
      {today.unpriced > 0 ? <UnpricedLink count={today.unpriced} isAll={isOnlyUnpriced(today)} /> : null}
    </span>
  )
}
