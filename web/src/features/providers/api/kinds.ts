import { queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

/** The kinds of providers that can be added, and what each has to be told. */
export function kindsQuery() {
  return queryOptions({
    queryKey: ["provider-kinds"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/provider-kinds", { signal }))).items,
    staleTime: Infinity,
  })
}
