import { Plural, useLingui } from "@lingui/react/macro"
import type { Provider } from "@/api/types"
import { Avatar } from "@/components/ui/avatar"
import { hostOf } from "@/features/house/provider-advice"
import { ProviderStateLabel } from "@/features/house/provider-state"
import { formatDuration } from "@/lib/format"
import { monogram } from "@/lib/voices"

interface ProviderFaceProps {
  provider: Provider
  voice: number
  /** Its place among all, which says how many letters its monogram has. */
  position: number
}

/** Who a provider is and how it does, on one line. */
export function ProviderFace({ provider, voice, position }: ProviderFaceProps) {
  const { i18n } = useLingui()
  return (
    <>
      <Avatar kind="model" letters={monogram(provider.name, position)} voice={voice} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span title={provider.name} className="truncate text-ui font-semibold">
          <bdi>{provider.name}</bdi>
        </span>
        <span className="truncate text-caption text-text-2">
          <bdi>{provider.label}</bdi>
          {provider.base_url ? (
            <>
              {" · "}
              <bdi>{hostOf(provider.base_url)}</bdi>
            </>
          ) : null}
        </span>
      </span>
      <span className="tabular hidden w-20 text-end text-ui whitespace-nowrap text-text-2 sm:block">
        <Plural value={provider.models} one="# model" other="# models" />
      </span>
      <span className="tabular hidden w-18 text-end text-ui whitespace-nowrap text-text-2 sm:block">
        {provider.latency_ms === null ? "" : formatDuration(provider.latency_ms, i18n.locale)}
      </span>
      <span className="flex sm:w-36 sm:ps-3">
        <ProviderStateLabel state={provider.state} />
      </span>
    </>
  )
}
