import { useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Ref } from "react"
import type { Provider } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import type { RowPlace } from "@/components/ui/row-list"
import { testProvider } from "@/features/house/api/test-provider"
import { providersQuery } from "@/features/house/api/queries"
import { adviceFor } from "@/features/house/provider-advice"
import { ProviderFace } from "@/features/house/provider-face"

interface ProviderRowProps {
  ref: Ref<HTMLLIElement>
  provider: Provider
  voice: number
  place: RowPlace
}

/** One provider: who it is, how it does, and, if it is in trouble, why and what to do. */
export function ProviderRow({ ref, provider, voice, place }: ProviderRowProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const test = useMutation({
    ...testProvider(provider.id),
    onSettled: () => client.invalidateQueries({ queryKey: providersQuery().queryKey }),
  })
  const advice = adviceFor(provider)
  const told = test.data ? test.data.checks.map((check) => check.detail).join(" · ") : test.error ? test.error.message : null
  return (
    <li
      ref={ref}
      data-index={place.position}
      aria-posinset={place.position + 1}
      aria-setsize={place.count}
      className="border-b border-border py-2 last:border-0"
    >
      <div className="flex min-h-8 items-center gap-3">
        <ProviderFace provider={provider} voice={voice} position={place.position} />
        <Button
          look="plain"
          size="small"
          disabled={test.isPending || !provider.enabled}
          aria-label={t`Test ${provider.name}`}
          onClick={() => test.mutate()}
        >
          {test.isPending ? t`Testing` : t`Test`}
        </Button>
      </div>
      {advice === null ? null : (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 ps-10 pe-2 pt-1 text-ui text-text-2">
          {provider.last_error ? <span dir="auto" className="wrap-anywhere">{provider.last_error}</span> : null}
          <Command command={advice} />
        </div>
      )}
      <p role="status" className="ps-10 text-ui text-text-2 empty:hidden">
        {told}
      </p>
    </li>
  )
}
