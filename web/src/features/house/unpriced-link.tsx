import { Plural, useLingui } from "@lingui/react/macro"
import { Link } from "@/router"

interface UnpricedLinkProps {
  /** How many requests have no known price. */
  count: number
  /** Whether nothing has one. */
  isAll: boolean
}

/** Says how many requests have no price, and leads to where prices are set. */
export function UnpricedLink({ count, isAll }: UnpricedLinkProps) {
  const { t } = useLingui()
  return (
    <Link
      to="/settings/models"
      search={{ only: "unpriced" }}
      title={t`Set prices`}
      className="tabular text-accent underline underline-offset-2 hover:text-accent-hover"
    >
      {isAll ? t`Set prices` : <Plural value={count} one="and # unpriced" other="and # unpriced" />}
    </Link>
  )
}
