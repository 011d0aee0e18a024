import { Plural, useLingui } from "@lingui/react/macro"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import type { Ref } from "react"
import type { Provider } from "@/api/types"
import { Avatar } from "@/components/ui/avatar"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import { testProvider } from "@/features/house/api/test-provider"
import { providersQuery } from "@/features/house/api/queries"
import { ProviderStateLabel } from "@/features/house/provider-state"
import { adviceFor, hostOf } from "@/features/house/provider-advice"
import { formatDuration } from "@/lib/format"
import { monogram } from "@/lib/voices"

interface ProviderRowProps {
  ref: Ref<HTMLLIElement>
  provider: Provider
  voice: number
  /** Its place among all `count` rows, drawn or not. */
  position: number
  count: number
}

/** One provider: who it is, how it does, and, if it is in trouble, why and what to do. */
export function ProviderRow({ ref, provider, voice, position, count }: ProviderRowProps) {
  const { t, i18n } = useLingui()
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
      data-index={position}
      aria-posinset={position + 1}
      aria-setsize={count}
      className="border-b border-border py-2 last:border-0"
    >
      <div className="flex min-h-8 items-center gap-3">
        <Avatar kind="model" letters={monogram(provider.name, position)} voice={voice} />
        <div className="min-w-0 flex-1">
          <p title={provider.name} className="truncate text-ui font-semibold">
            <bdi>{provider.name}</bdi>
          </p>
          <p className="truncate text-caption text-text-3">
            <bdi>{provider.label}</bdi>
            {provider.base_url ? (
              <>
                {" · "}
                <bdi>{hostOf(provider.base_url)}</bdi>
              </>
            ) : null}
          </p>
        </div>
        <span className="tabular hidden w-20 text-end text-ui whitespace-nowrap text-text-2 sm:block">
          <Plural value={provider.models} one="# model" other="# models" />
        </span>
        <span className="tabular hidden w-18 text-end text-ui whitespace-nowrap text-text-2 sm:block">
          {provider.latency_ms === null ? "" : formatDuration(provider.latency_ms, i18n.locale)}
        </span>
        <span className="flex sm:w-36 sm:ps-3">
          <ProviderStateLabel state={provider.state} />
        </span>
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
