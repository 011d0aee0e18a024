import { mutationOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { ExplainBody } from "@/api/types"

/** The aliases: names callers ask for, and where they go. */
export function aliasesQuery() {
  return queryOptions({
    queryKey: ["aliases"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/aliases", { signal }))).items,
    refetchInterval: 30_000,
  })
}

/** Ask where a request would go now, and why. Nothing is sent to a provider. */
export function explainRoute() {
  return mutationOptions({
    mutationKey: ["explain-route"],
    mutationFn: (body: ExplainBody) => take(api.POST("/salon/v1/routes/explain", { body })),
  })
}
