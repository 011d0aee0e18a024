import { useLingui } from "@lingui/react/macro"
import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { Problem } from "@/api/problem"

interface QueryViewProps<Data> {
  query: UseQueryResult<Data>
  loading: ReactNode
  children: (data: Data) => ReactNode
}

/**
 * Show one of a query's states. Data that is already there stays while a refresh fails: the page says
 * once, at its top, that the server does not answer.
 */
export function QueryView<Data>({ query, loading, children }: QueryViewProps<Data>) {
  const { t } = useLingui()
  if (query.data !== undefined) return children(query.data)
  if (query.error === null) return loading
  if (query.error instanceof Problem && query.error.kind !== "refused") return loading
  return (
    <Notice
      tone="danger"
      action={
        <Button look="outline" onClick={() => void query.refetch()}>
          {t`Try again`}
        </Button>
      }
    >
      {query.error.message}
    </Notice>
  )
}
