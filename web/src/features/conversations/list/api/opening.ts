import type { QueryClient } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import { foldersQuery } from "@/features/conversations/api/conversations"
import { fill } from "@/features/conversations/api/opening"
import { PAGE_ROWS, PINNED, rowsQuery, TEMPORARY } from "@/features/conversations/list/api/rows"
import { idsOf, writingQuery } from "@/features/conversations/list/use-writing"
import { live } from "@/live/instance"

/** Ask for what the sidebar shows, unless that is known or asked for. */
export function openSidebar(queries: QueryClient): void {
  const all = rowsQuery(queries, {})
  if (queries.getQueryState(all.queryKey) !== undefined) return
  const opening = take(api.GET("/salon/v1/sidebar", { params: { query: { limit: PAGE_ROWS } } }))
  live().events.reading(opening.then(({ number }) => number))
  fill(queries, foldersQuery(), opening.then(({ folders }) => folders.items))
  fill(queries, all, opening.then(({ conversations }) => conversations))
  fill(queries, rowsQuery(queries, PINNED), opening.then(({ pinned }) => pinned))
  fill(queries, rowsQuery(queries, TEMPORARY), opening.then(({ temporary }) => temporary))
  fill(queries, writingQuery(), opening.then(({ running }) => idsOf(running)))
}
