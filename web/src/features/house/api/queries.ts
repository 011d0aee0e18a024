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
