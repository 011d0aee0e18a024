import { infiniteQueryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components, operations } from "@/api/schema"
import type { Wish } from "@/features/conversations/search/wish"

export type Hit = Omit<components["schemas"]["Hit"], "marks"> & { readonly marks: readonly (readonly number[])[] }
export type Found = components["schemas"]["Found"]
type Query = NonNullable<operations["search_messages_salon_v1_search_get"]["parameters"]["query"]>

const PAGE_ROWS = 50
const FIRST: string | null = null

/** The messages that fit, page by page; nothing is asked while nothing is wanted. */
export function searchQuery(wish: Wish) {
  return infiniteQueryOptions({
    queryKey: ["search", wish],
    queryFn: ({ signal, pageParam }) => {
      const query = { ...queryOf(wish), limit: PAGE_ROWS, ...(pageParam === null ? {} : { cursor: pageParam }) }
      return take(api.GET("/salon/v1/search", { signal, params: { query } }))
    },
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next,
    enabled: isWanted(wish),
    placeholderData: (before) => before,
  })
}

export function isWanted(wish: Wish): boolean {
  return Object.keys(wish).length > 0
}

const DAY_MS = 86_400_000

/** A wish as the server takes it; the last day is meant whole, and days are those of who asks. */
export function queryOf(wish: Wish): Query {
  const { q, folder, tag, model, author, role, since, until, files } = wish
  return {
    ...(q ? { q } : {}),
    ...(folder ? { folder: [folder] } : {}),
    ...(tag ? { tag: [tag] } : {}),
    ...(model ? { model: [model] } : {}),
    ...(author ? { author: [author] } : {}),
    ...(role ? { role: [role] } : {}),
    ...(since ? { after_ms: dayMs(since) } : {}),
    ...(until ? { before_ms: dayMs(until, DAY_MS) } : {}),
    ...(files ? { has_file: true } : {}),
  }
}

function dayMs(day: string, more = 0): number {
  const start = new Date(`${day}T00:00`)
  // Through the calendar: a day may have 23 or 25 hours.
  return more === 0 ? start.getTime() : new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1).getTime()
}
