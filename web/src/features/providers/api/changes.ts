import { mutationOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { NewProvider, ProviderChange } from "@/api/types"

/** Add a provider. Its key goes to the server and is kept nowhere here. */
export function addProvider() {
  return mutationOptions({
    mutationKey: ["add-provider"],
    mutationFn: (body: NewProvider) => take(api.POST("/salon/v1/providers", { body })),
    gcTime: 0,
  })
}

/** Look for model servers on the machine where Salon runs, and add those that are new. */
export function findProviders() {
  return mutationOptions({
    mutationKey: ["find-providers"],
    mutationFn: async () => (await take(api.POST("/salon/v1/providers/detect", { body: { add: true } }))).items,
  })
}

export function enableProvider(providerId: string) {
  const params = { path: { provider_id: providerId } }
  return mutationOptions({
    mutationKey: ["enable-provider", providerId],
    mutationFn: (isOn: boolean) =>
      isOn
        ? take(api.POST("/salon/v1/providers/{provider_id}/enable", { params }))
        : take(api.POST("/salon/v1/providers/{provider_id}/disable", { params })),
  })
}

/** Give a provider another key; the old one is forgotten. */
export function setProviderKey(providerId: string) {
  const params = { path: { provider_id: providerId } }
  return mutationOptions({
    mutationKey: ["set-provider-key", providerId],
    mutationFn: (key: string) =>
      take(api.PUT("/salon/v1/providers/{provider_id}/key", { params, body: { api_key: key } })),
    gcTime: 0,
  })
}

/** Change what is declared of a provider; what is left out stays. */
export function changeProvider(providerId: string) {
  const params = { path: { provider_id: providerId } }
  return mutationOptions({
    mutationKey: ["change-provider", providerId],
    mutationFn: (body: ProviderChange) => take(api.PATCH("/salon/v1/providers/{provider_id}", { params, body })),
    gcTime: 0,
  })
}

export function removeProvider(providerId: string) {
  const params = { path: { provider_id: providerId } }
  return mutationOptions({
    mutationKey: ["remove-provider", providerId],
    mutationFn: () => take(api.DELETE("/salon/v1/providers/{provider_id}", { params })),
  })
}
