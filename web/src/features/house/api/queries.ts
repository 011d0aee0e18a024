import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

/** What the page asks for, and how often while it is looked at. */

const REQUEST_ROWS = 30

export function statusQuery() {
  return queryOptions({
    queryKey: ["status"],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/status", { signal })),
    refetchInterval: 3_000,
  })
}

const MONTH_FRESH_MS = 60_000

/** What was spent since the first of this month, in the days of who looks: a row for each currency. */
export function monthQuery(now: Date) {
  const since = new Date(now.getFullYear(), now.getMonth(), 1).getTime()
  const until = new Date(now.getFullYear(), now.getMonth() + 1, 1).getTime()
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const query = { since_ms: since, until_ms: until, step: "month" as const, zone }
  return queryOptions({
    queryKey: ["usage", "month", query],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/usage/course", { signal, params: { query } }))).items,
    refetchInterval: MONTH_FRESH_MS,
  })
}

export function providersQuery() {
  return queryOptions({
    queryKey: ["providers"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/providers", { signal }))).items,
    refetchInterval: 5_000,
  })
}

export function modelsQuery() {
  return queryOptions({
    queryKey: ["models"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/models", { signal }))).items,
    refetchInterval: 60_000,
  })
}

export function requestsQuery() {
  return queryOptions({
    queryKey: ["requests"],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/requests", { signal, params: { query: { limit: REQUEST_ROWS } } }))).items,
    refetchInterval: 4_000,
  })
}
