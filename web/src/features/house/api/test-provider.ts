import { mutationOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"

/** Send one real, tiny call to a provider. */
export function testProvider(providerId: string) {
  return mutationOptions({
    mutationKey: ["test-provider", providerId],
    mutationFn: () => {
      const params = { path: { provider_id: providerId } }
      return take(api.POST("/salon/v1/providers/{provider_id}/test", { params }))
    },
  })
}
