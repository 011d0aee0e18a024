import { useLingui } from "@lingui/react/macro"
import type { RequestRow } from "@/api/types"
import { isFailure } from "@/features/house/is-failure"

/** Says in a word what became of a request. */
export function useResultWord(): (row: RequestRow) => string {
  const { t } = useLingui()
  return (row) => {
    if (row.status === "interrupted") return t`Broke off`
    if (isFailure(row)) return String(row.http_status)
    if (row.status === "cancelled") return t`Cut by client`
    return row.cache === "hit" ? t`From cache` : t`Done`
  }
}
