import { useLingui } from "@lingui/react/macro"
import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { QueryView } from "@/components/ui/query-view"
import type { Rows } from "@/features/conversations/list/api/rows"
import type { View } from "@/features/conversations/list/view"

interface ListStateProps {
  query: UseQueryResult<Rows>
  isEmpty: boolean
  view: View
  children: ReactNode
}

const WIDTHS = ["w-3/5", "w-4/5", "w-1/2", "w-2/3", "w-3/4"] as const

/** The list while it loads, when it cannot be read, and when nothing is in it. */
export function ListState({ query, isEmpty, view, children }: ListStateProps) {
  const { t } = useLingui()
  const empty = {
    all: t`Conversations appear here.`,
    unread: t`Nothing is unread.`,
    archived: t`Nothing is archived.`,
    folder: t`Nothing is in this folder. Drag conversations onto it, or use their menus.`,
    tag: t`Nothing has this tag.`,
  }[view.kind]
  const loading = (
    <div role="status" aria-label={t`Loading the conversations`} className="flex flex-col gap-0.5 pt-9">
      {WIDTHS.map((width) => (
        <div key={width} className="flex h-(--row) items-center px-2">
          <span className={`skeleton h-3 ${width}`} />
        </div>
      ))}
    </div>
  )
  return (
    <QueryView query={query} loading={loading}>
      {() => (isEmpty ? <p className="px-2 py-2 text-ui text-text-3">{empty}</p> : children)}
    </QueryView>
  )
}
