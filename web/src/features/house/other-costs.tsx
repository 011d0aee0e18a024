import { useLingui } from "@lingui/react/macro"
import { UnpricedLink } from "@/features/house/unpriced-link"
import { isOnlyUnpriced, type Spent } from "@/features/house/spend"
import { formatMoney } from "@/lib/format"

interface OtherCostsProps {
  spent: Spent
}

/** What was spent besides the main sum: other currencies, which nothing adds to it, and what has no price. */
export function OtherCosts({ spent }: OtherCostsProps) {
  const { i18n } = useLingui()
  if (spent.unpriced === 0 && spent.other_costs.length === 0) return null
  const others = spent.other_costs.map((one) => formatMoney(one.cost_e10, one.currency, i18n.locale))
  return (
    <span className="tabular flex flex-wrap gap-x-1.5">
      {others.map((text) => (
        <span key={text}>+ {text}</span>
      ))}
      {spent.unpriced > 0 ? <UnpricedLink count={spent.unpriced} isAll={isOnlyUnpriced(spent)} /> : null}
    </span>
  )
}
