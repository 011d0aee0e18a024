import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

const LIMIT = 6

/** Conversations by words of their title. */
export function titleHitsQuery(words: string) {
  return queryOptions({
    queryKey: ["palette", "titles", words],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/search/titles", { signal, params: { query: { q: words, limit: LIMIT } } }))).items,
  })
}

/** Messages by words of theirs. */
export function messageHitsQuery(words: string) {
  return queryOptions({
    queryKey: ["palette", "messages", words],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/search", { signal, params: { query: { q: words, limit: LIMIT } } }))).items,
  })
}
