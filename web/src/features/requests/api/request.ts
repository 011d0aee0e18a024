import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

/** One request with its attempts. */
export function requestQuery(requestId: string) {
  return queryOptions({
    queryKey: ["request", requestId],
    queryFn: ({ signal }) => {
      const params = { path: { request_id: requestId } }
      return take(api.GET("/salon/v1/requests/{request_id}", { signal, params }))
    },
  })
}
