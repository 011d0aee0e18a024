import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import { momentsOf, type Range, stepFor } from "@/features/usage/range"

export const GROUPS = ["model", "provider", "key"] as const
export type Group = (typeof GROUPS)[number]

const FRESH_MS = 60_000

/** What was used in a range, step by step, in the days of who asks. */
export function courseQuery(range: Range, by: Group) {
  const { sinceMs, untilMs } = momentsOf(range)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const query = { since_ms: sinceMs, until_ms: untilMs, step: stepFor(range), by, zone }
  return queryOptions({
    queryKey: ["usage", "course", query],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/usage/course", { signal, params: { query } })),
    staleTime: FRESH_MS,
  })
}
