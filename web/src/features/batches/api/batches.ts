import { infiniteQueryOptions, mutationOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

const PAGE_ROWS = 200
const FIRST_PAGE: string | null = null

/** The batches, newest first, whatever they were handed in with. */
export function batchesQuery() {
  return infiniteQueryOptions({
    queryKey: ["batches"],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: PAGE_ROWS, cursor: pageParam }
      return take(api.GET("/salon/v1/batches", { signal, params: { query } }))
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.next,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? 15_000 : 4_000),
  })
}

export function batchQuery(batchId: string) {
  return queryOptions({
    queryKey: ["batch", batchId],
    queryFn: ({ signal }) => {
      const params = { path: { batch_id: batchId } }
      return take(api.GET("/salon/v1/batches/{batch_id}", { signal, params }))
    },
    refetchInterval: (query) => (query.state.data?.ended_at_ms === null ? 2_000 : false),
  })
}

/** Stop a batch: lines under way are answered, others are not asked any more. */
export function cancelBatch(batchId: string) {
  const params = { path: { batch_id: batchId } }
  return mutationOptions({
    mutationKey: ["cancel-batch", batchId],
    mutationFn: () => take(api.POST("/salon/v1/batches/{batch_id}/cancel", { params })),
  })
}
