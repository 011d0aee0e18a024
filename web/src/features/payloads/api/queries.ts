import { infiniteQueryOptions, mutationOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { ExplainBody } from "@/api/types"

const PAGE_ROWS = 50
const FIRST_PAGE: string | null = null

/** What turns the payload log on; none while it is off. */
export function payloadRulesQuery() {
  return queryOptions({
    queryKey: ["payload-rules"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/payload-rules", { signal }))).items,
  })
}

/** The kept payloads, newest first; a search looks through requests and answers. */
export function payloadsQuery(search: string) {
  return infiniteQueryOptions({
    queryKey: ["payloads", search],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: PAGE_ROWS, cursor: pageParam, ...(search === "" ? {} : { search }) }
      return take(api.GET("/salon/v1/payloads", { signal, params: { query } }))
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.next,
  })
}

/** One payload with its bodies. That somebody looked is recorded, so it is asked for once. */
export function payloadQuery(payloadId: string) {
  return queryOptions({
    queryKey: ["payload", payloadId],
    queryFn: ({ signal }) => {
      const params = { path: { payload_id: payloadId } }
      return take(api.GET("/salon/v1/payloads/{payload_id}", { signal, params }))
    },
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
}

/** What a request would cost at another model, before it is sent. */
export function estimateQuery(payloadId: string, body: ExplainBody | null) {
  return queryOptions({
    queryKey: ["payload-estimate", payloadId, body?.model],
    queryFn: ({ signal }) => {
      if (body === null) throw new Error("nothing to estimate")
      return take(api.POST("/salon/v1/routes/explain", { signal, body }))
    },
    enabled: body !== null,
    retry: false,
  })
}

/** Ask another model the same: a request of its own, counted and paid by whoever looks. */
export function replayPayload(payloadId: string) {
  const params = { path: { payload_id: payloadId } }
  return mutationOptions({
    mutationKey: ["replay-payload", payloadId],
    mutationFn: (model: string) =>
      take(api.POST("/salon/v1/payloads/{payload_id}/replay", { params, body: { model } })),
  })
}
