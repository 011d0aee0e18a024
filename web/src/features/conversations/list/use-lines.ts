import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useMemo } from "react"
import { PINNED, readMore, rowsQuery, TEMPORARY } from "@/features/conversations/list/api/rows"
import { linesOf } from "@/features/conversations/list/sections"
import { useToday } from "@/lib/use-today"
import { filterOf, type View } from "@/features/conversations/list/view"

const MINUTE_MS = 60_000
const NONE = [] as const

/** The lines of the list that is looked at, and how to read on. */
export function useLines(view: View) {
  const queries = useQueryClient()
  const filter = useMemo(() => filterOf(view), [view])
  const isAll = view.kind === "all"
  const query = useQuery(rowsQuery(queries, filter))
  const pinned = useQuery({ ...rowsQuery(queries, PINNED), enabled: isAll })
  // They say no events, for nothing of them is kept.
  const temporary = useQuery({ ...rowsQuery(queries, TEMPORARY), enabled: isAll, refetchInterval: MINUTE_MS })
  const todayMs = useToday()
  const others = query.data?.items
  const above = isAll ? pinned.data?.items : undefined
  const first = isAll ? temporary.data?.items : undefined
  const lines = useMemo(
    () => linesOf({ temporary: first ?? NONE, pinned: above ?? NONE, others: others ?? NONE }, todayMs),
    [first, above, others, todayMs],
  )
  const hasMore = (query.data?.next ?? null) !== null
  return { lines, query, hasMore, readOn: () => readMore(queries, filter) }
}
