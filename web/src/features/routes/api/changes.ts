import { mutationOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { AliasBody } from "@/api/types"

/** Make or replace an alias. */
export function putAlias() {
  return mutationOptions({
    mutationKey: ["put-alias"],
    mutationFn: ({ name, body }: { name: string; body: AliasBody }) =>
      take(api.PUT("/salon/v1/aliases/{name}", { params: { path: { name } }, body })),
  })
}

export function removeAlias() {
  return mutationOptions({
    mutationKey: ["remove-alias"],
    mutationFn: (name: string) => take(api.DELETE("/salon/v1/aliases/{name}", { params: { path: { name } } })),
  })
}
