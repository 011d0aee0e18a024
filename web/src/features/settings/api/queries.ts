import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

export function doctorQuery() {
  return queryOptions({
    queryKey: ["doctor"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/doctor", { signal }))).checks,
    staleTime: 30_000,
  })
}
