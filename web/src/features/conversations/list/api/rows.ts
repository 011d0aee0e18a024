import { type QueryClient, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { Listed, ListFilter } from "@/features/conversations/api/conversations"

/** The sidebar's conversations: as many as were scrolled to, kept true by reading the first page again. */

export interface Rows {
  readonly items: readonly Listed[]
  /** Where the rest begins; null when all are here. */
  readonly next: string | null
}

export const PAGE_ROWS = 200
const KEY = "sidebar"

export const PINNED: ListFilter = { is_pinned: true }
export const TEMPORARY: ListFilter = { is_temporary: true }

export function rowsKey(filter: ListFilter): readonly unknown[] {
  return [KEY, filter]
}

/** Read anew, it is as long as it was. */
export function rowsQuery(queries: QueryClient, filter: ListFilter) {
  const queryKey = rowsKey(filter)
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }) => {
      const wanted = queries.getQueryData<Rows>(queryKey)?.items.length ?? 0
      let rows = await page(filter, null, signal)
      while (rows.next !== null && rows.items.length < wanted) {
        const more = await page(filter, rows.next, signal)
        rows = { items: [...rows.items, ...more.items], next: more.next }
      }
      return rows
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

function page(filter: ListFilter, cursor: string | null, signal?: AbortSignal): Promise<Rows> {
  const query = { ...filter, limit: PAGE_ROWS, ...(cursor === null ? {} : { cursor }) }
  return take(api.GET("/salon/v1/conversations", { ...(signal ? { signal } : {}), params: { query } }))
}

/** A conversation as a list shows it, where one has read it. */
export function knownRow(queries: QueryClient, id: string): Listed | undefined {
  const lists = queries.getQueriesData<Rows>({ queryKey: [KEY] })
  return lists.flatMap(([, rows]) => rows?.items ?? []).find((one) => one.id === id)
}

/** Show how much of a conversation is unread now; a list of the unread ones is read anew. */
export function showUnread(queries: QueryClient, id: string, unread: number): void {
  for (const [queryKey, rows] of queries.getQueriesData<Rows>({ queryKey: [KEY] })) {
    if (filterIn(queryKey).is_unread !== undefined) void queries.invalidateQueries({ queryKey })
    else if (rows?.items.some((one) => one.id === id)) {
      const items = rows.items.map((one) => (one.id === id ? { ...one, unread } : one))
      queries.setQueryData<Rows>(queryKey, { ...rows, items })
    }
  }
}

/** Add the next page to what is shown. */
export async function readMore(queries: QueryClient, filter: ListFilter): Promise<void> {
  const queryKey = rowsKey(filter)
  const from = queries.getQueryData<Rows>(queryKey)?.next
  if (!from) return
  const more = await page(filter, from)
  queries.setQueryData<Rows>(queryKey, (now) => (now?.next === from ? appended(now, more) : now))
}

function appended(now: Rows, more: Rows): Rows {
  const known = new Set(now.items.map(({ id }) => id))
  return { items: [...now.items, ...more.items.filter(({ id }) => !known.has(id))], next: more.next }
}

/**
 * Read the first page of every shown list again: what changes comes to the top. `touched` are the ids that changed;
 * where one is further down than that page, the list is read anew as a whole.
 */
export async function freshenRows(queries: QueryClient, touched: ReadonlySet<string> | null): Promise<void> {
  const lists = queries.getQueryCache().findAll({ queryKey: [KEY], type: "active" })
  await Promise.all(lists.map((list) => freshenOne(queries, filterIn(list.queryKey), touched)))
}

async function freshenOne(queries: QueryClient, filter: ListFilter, touched: ReadonlySet<string> | null): Promise<void> {
  const queryKey = rowsKey(filter)
  const now = queries.getQueryData<Rows>(queryKey)
  if (now === undefined || touched === null || now.items.length <= PAGE_ROWS || (filter.order ?? "changed") !== "changed") {
    return queries.invalidateQueries({ queryKey })
  }
  const first = await page(filter, null)
  const merged = merge(now, first)
  const fresh = new Set(first.items.map(({ id }) => id))
  const isDeep = merged.items.some(({ id }) => touched.has(id) && !fresh.has(id))
  if (isDeep) return queries.invalidateQueries({ queryKey })
  queries.setQueryData<Rows>(queryKey, merged)
}

/** Put a newly read first page in the place of what it covers. */
export function merge(now: Rows, first: Rows): Rows {
  const last = first.items.at(-1)
  if (last === undefined || first.next === null) return first
  const fresh = new Set(first.items.map(({ id }) => id))
  const rest = now.items.filter((one) => !fresh.has(one.id) && isAfter(one, last))
  return rest.length === 0 ? first : { items: [...first.items, ...rest], next: now.next }
}

function isAfter(one: Listed, last: Listed): boolean {
  return one.changed_at_ms < last.changed_at_ms || (one.changed_at_ms === last.changed_at_ms && one.id < last.id)
}

function filterIn(queryKey: readonly unknown[]): ListFilter {
  const [, filter] = queryKey
  return filter instanceof Object ? filter : {}
}
