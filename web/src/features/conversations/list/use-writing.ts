import { queryOptions, useQuery } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"
import { keys } from "@/live/query-keys"

const MOST = 200
const NONE: ReadonlySet<string> = new Set()

/** The answers being written anywhere in the space. */
export function writingQuery() {
  return queryOptions({
    queryKey: [...keys.runs, "under-way"],
    queryFn: async ({ signal }) => {
      const params = { query: { status: "running", limit: MOST } } as const
      return idsOf(await take(api.GET("/salon/v1/runs", { signal, params })))
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** In which conversations runs write. */
export function idsOf({ items }: components["schemas"]["RunViews"]): ReadonlySet<string> {
  const ids = items.map(({ data }) => data["conversation_id"])
  return new Set(ids.filter((id) => typeof id === "string"))
}

/** The conversations in which an answer is being written. */
export function useWriting(): ReadonlySet<string> {
  return useQuery(writingQuery()).data ?? NONE
}
