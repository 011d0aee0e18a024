import { useLingui } from "@lingui/react/macro"
import type { Explanation } from "@/api/types"

/** What the strategies are called. */
export function useStrategyNames(): Readonly<Record<Explanation["strategy"], string>> {
  const { t } = useLingui()
  return {
    priority: t`in this order`,
    weight: t`by weight`,
    "least-busy": t`least busy first`,
    "lowest-latency": t`quickest first`,
    cheapest: t`cheapest first`,
    "rate-limit": t`most room first`,
  }
}
