import { mutationOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { KeyChange, NewKey } from "@/api/types"

export function keysQuery() {
  return queryOptions({
    queryKey: ["keys"],
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/keys", { signal }))).items,
  })
}

export function makeKey() {
  return mutationOptions({ mutationFn: (body: NewKey) => take(api.POST("/salon/v1/keys", { body })) })
}

export function changeKey(keyId: string) {
  return mutationOptions({
    mutationFn: (body: KeyChange) =>
      take(api.PATCH("/salon/v1/keys/{key_id}", { params: { path: { key_id: keyId } }, body })),
  })
}

export function revokeKey(keyId: string) {
  return mutationOptions({
    mutationFn: () => take(api.DELETE("/salon/v1/keys/{key_id}", { params: { path: { key_id: keyId } } })),
  })
}
