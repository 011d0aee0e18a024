import { useMutation } from "@tanstack/react-query"
import { useRef } from "react"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { Provider, Trial } from "@/api/types"

interface Asked {
  readonly kind: string
  readonly key: string
}

export interface Connected {
  readonly provider: Provider
  readonly trial: Trial
}

/**
 * Adds a provider with a key and asks it for a word.
 *
 * Where that fails it is taken away again, so that another try begins anew and nothing half set up stays.
 */
export function useConnect(onReady: (connected: Connected) => Promise<void>) {
  const failed = useRef<string | null>(null)
  return useMutation({
    gcTime: 0,
    mutationFn: async ({ kind, key }: Asked): Promise<void> => {
      if (failed.current !== null) await remove(failed.current)
      failed.current = null
      const provider = await take(api.POST("/salon/v1/providers", { body: { kind, api_key: key } }))
      const params = { path: { provider_id: provider.name } }
      let trial: Trial
      try {
        trial = await take(api.POST("/salon/v1/providers/{provider_id}/test", { params }))
      } catch (problem) {
        failed.current = provider.name
        throw problem
      }
      const broken = trial.checks.find(({ ok, name }) => !ok && name !== "tool call")
      if (broken !== undefined) {
        await remove(provider.name)
        throw new Error(broken.detail)
      }
      await onReady({ provider, trial })
    },
  })
}

async function remove(name: string): Promise<void> {
  await take(api.DELETE("/salon/v1/providers/{provider_id}", { params: { path: { provider_id: name } } }))
}
