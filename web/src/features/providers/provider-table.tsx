import { Plural, useLingui } from "@lingui/react/macro"
import type { Ref } from "react"
import type { Provider } from "@/api/types"
import { Avatar } from "@/components/ui/avatar"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"
import { hostOf } from "@/features/house/provider-advice"
import { ProviderStateLabel } from "@/features/house/provider-state"
import { formatDuration } from "@/lib/format"
import { moveWithArrows } from "@/lib/roving"
import { monogram, type Voice } from "@/lib/voices"

const ROW_PX = 53

interface ProviderTableProps {
  providers: readonly Provider[]
  voices: ReadonlyMap<string, Voice>
  chosen: string | null
  onChoose: (name: string) => void
}

/** Providers to choose from, one tab stop with arrows inside; only those near what is seen are drawn. */
export function ProviderTable({ providers, voices, chosen, onChoose }: ProviderTableProps) {
  const { t } = useLingui()
  return (
    <WindowedRows count={providers.length} height={ROW_PX} keyOf={(position) => providers[position]?.id ?? String(position)}>
      {({ rows, before, after, measure, hold }) => {
        const isChosenDrawn = rows.some((position) => providers[position]?.name === chosen)
        return (
          <ul ref={hold} aria-label={t`Providers`} className="flex flex-col">
            <Gap as="li" height={before} />
            {rows.flatMap((position, index) => {
              const provider = providers[position]
              return provider ? (
                <Row
                  key={provider.id}
                  ref={measure}
                  provider={provider}
                  voice={voices.get(provider.name) ?? 6}
                  position={position}
                  count={providers.length}
                  isChosen={provider.name === chosen}
                  isStop={isChosenDrawn ? provider.name === chosen : index === 0}
                  onChoose={onChoose}
                />
              ) : []
            })}
            <Gap as="li" height={after} />
          </ul>
        )
      }}
    </WindowedRows>
  )
}

interface RowProps {
  ref: Ref<HTMLLIElement>
  provider: Provider
  voice: number
  position: number
  count: number
  isChosen: boolean
  isStop: boolean
  onChoose: (name: string) => void
}

function Row({ ref, provider, voice, position, count, isChosen, isStop, onChoose }: RowProps) {
  const { i18n } = useLingui()
  return (
    <li
      ref={ref}
      data-index={position}
      aria-posinset={position + 1}
      aria-setsize={count}
      className="border-b border-border last:border-0"
    >
      <button
        type="button"
        data-roving
        tabIndex={isStop ? 0 : -1}
        onKeyDown={moveWithArrows}
        aria-pressed={isChosen}
        onClick={() => onChoose(provider.name)}
        className={`quick relative flex min-h-13 w-full items-center gap-3 rounded-2 px-3 py-2 text-start -outline-offset-2 ${isChosen ? "bg-selected" : "hover:bg-hover"}`}
      >
        {isChosen ? (
          <span aria-hidden="true" className="absolute inset-y-3 start-0 w-[3px] rounded-full bg-accent" />
        ) : null}
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
      </button>
    </li>
  )
}
