import { type QueryClient, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"
import { keys } from "@/live/query-keys"

export type Outline = components["schemas"]["Outline"]

/** As many lines are read anew when something was added. */
const END_LINES = 60

function fetchLines(id: string, branchId: string | undefined, limit?: number, signal?: AbortSignal): Promise<Outline> {
  const query = { ...(branchId === undefined ? {} : { branch_id: branchId }), ...(limit === undefined ? {} : { limit }) }
  const options = { params: { path: { conversation_id: id }, query }, ...(signal === undefined ? {} : { signal }) }
  return take(api.GET("/salon/v1/conversations/{conversation_id}/outline", options))
}

/** A branch without its words: what a rail, a score and a scroll bar are drawn of, and where they jump to. */
export function outlineQuery(id: string, branchId?: string) {
  return queryOptions({
    queryKey: [...keys.lines(id), branchId ?? ""],
    queryFn: ({ signal }) => fetchLines(id, branchId, undefined, signal),
    // Ten thousand lines are a megabyte: they are not compared one by one, and only their end is fetched again.
    structuralSharing: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** Fetch what came at the ends of a conversation's branches. */
export async function fetchEnds(queries: QueryClient, id: string): Promise<void> {
  const cached = queries.getQueryCache().findAll({ queryKey: keys.lines(id) })
  await Promise.all(
    cached.map(async (query) => {
      const { queryKey, state } = query
      const had = queries.getQueryData<Outline>(queryKey)
      const branchId = String(queryKey[3] ?? "")
      const isReadable = had !== undefined && query.isActive() && state.fetchStatus === "idle"
      const end = isReadable ? await fetchLines(id, branchId || undefined, END_LINES).catch(() => null) : null
      const joined = had === undefined || end === null ? null : withEnd(had, end)
      if (joined === null) await queries.invalidateQueries({ queryKey })
      else queries.setQueryData<Outline>(queryKey, joined)
    }),
  )
}

/** An outline with another end; null where the two do not meet. What stands above a message is always the same. */
export function withEnd(had: Outline, end: Outline): Outline | null {
  if (end.next === null) return end
  const [first] = end.items
  const at = had.items.findLastIndex(({ id }) => id === first?.id)
  return at < 0 ? null : { ...end, items: [...had.items.slice(0, at), ...end.items], next: had.next }
}
