import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

const PAGE_ROWS = 100
const FIRST_PAGE: string | null = null

/** All requests, newest first. The first page is asked for again and again; older ones stay as they came. */
export function requestPagesQuery() {
  return infiniteQueryOptions({
    queryKey: ["request-pages"],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: PAGE_ROWS, cursor: pageParam }
      return take(api.GET("/salon/v1/requests", { signal, params: { query } }))
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : 4_000),
    refetchOnWindowFocus: (query) => (query.state.data?.pages.length ?? 0) <= 1,
  })
}

/** The realtime sessions that the process asked relays now. */
export function realtimeSessionsQuery() {
  return queryOptions({
    queryKey: ["realtime-sessions"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/realtime-sessions", { signal }))).items,
    refetchInterval: 4_000,
  })
}
