import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { ChoiceList } from "@/components/ui/choice-list"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { HouseFrame } from "@/features/house/house-frame"
import { matchModels } from "@/features/house/match-models"
import { pricesQuery, unpricedUseQuery } from "@/features/models/api/prices"
import { ModelFace } from "@/features/models/model-face"
import { ModelPanel } from "@/features/models/model-panel"
import { ownPrice } from "@/features/models/price-form"
import { type RemovedPrice, UndoPrice } from "@/features/models/undo-price"
import { unpricedFirst } from "@/features/models/unpriced-first"
import { useNow } from "@/lib/use-now"
import { assignVoices } from "@/lib/voices"
import { type Addresses, navigate, type RawSearch, texts, useSearch } from "@/router"

const ROW_PX = 53
const NOTHING_USED: ReadonlyMap<string, number> = new Map()

const readName = texts("name")

/** Every model that can be asked, what it costs, and prices of one's own. */
export function ModelsPage() {
  const { t } = useLingui()
  const { name, only } = useSearch(readSearch)
  const [search, setSearch] = useState("")
  const [removed, setRemoved] = useState<RemovedPrice | null>(null)
  const now = useNow()
  const query = useQuery(modelsQuery())
  const prices = useQuery(pricesQuery())
  const used = useQuery(unpricedUseQuery()).data ?? NOTHING_USED
  const providers = useQuery(providersQuery())
  const voices = assignVoices((providers.data ?? []).map((provider) => provider.name))
  const all = query.data ?? []
  const isFiltered = only === "unpriced"
  const found = matchModels(isFiltered ? unpricedFirst(all, used) : all, search)
  const chosen = all.find((model) => model.id === name)
  const filter = isFiltered ? { only: "unpriced" as const } : {}
  const show = (id: string | undefined): void =>
    navigate({ to: "/settings/models", search: id === undefined ? filter : { ...filter, name: id } })
  return (
    <HouseFrame
      place="models"
      panelLabel={t`The model ${name ?? ""}`}
      panel={
        chosen ? (
          <ModelPanel
            key={chosen.id}
            model={chosen}
            own={ownPrice(prices.data ?? [], chosen.id, now)}
            written={(prices.data ?? []).filter((price) => price.model === chosen.id)}
            onRemoved={(rows) => setRemoved({ model: chosen.id, rows })}
            onClose={() => show(undefined)}
          />
        ) : null
      }
      isPanelOpen={chosen !== undefined}
      onPanel={(isOpen) => (isOpen ? undefined : show(undefined))}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-5 px-4 py-6 sm:px-6">
        {removed ? <UndoPrice key={removed.model} removed={removed} onOver={() => setRemoved(null)} /> : null}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <div className="w-64 max-w-full">
            <SearchField
              label={t`Search the models`}
              placeholder={t`Name, provider or ability`}
              value={search}
              onSearch={setSearch}
            />
          </div>
          <label className="flex min-h-6 items-center gap-2 text-ui">
            <input
              type="checkbox"
              checked={isFiltered}
              onChange={() =>
                navigate({
                  to: "/settings/models",
                  search: { ...(name ? { name } : {}), ...(isFiltered ? {} : { only: "unpriced" }) },
                  replace: true,
                })
              }
              className="size-4 accent-accent-solid"
            />
            {t`Only unpriced`}
          </label>
          <p role="status" className="tabular text-ui text-text-2">
            {query.data ? <Plural value={found.length} one="# model" other="# models" /> : null}
          </p>
        </div>
        <QueryView query={query} loading={<SkeletonRows rows={8} label={t`Loading the models`} />}>
          {() =>
            found.length > 0 ? (
              <ChoiceList
                items={found}
                height={ROW_PX}
                keyOf={(model) => model.id}
                chosen={name}
                onChoose={show}
                label={t`Models`}
              >
                {(model) => (
                  <ModelFace
                    model={model}
                    voice={voices.get(model.provider) ?? 6}
                    isOwnPrice={ownPrice(prices.data ?? [], model.id, now) !== undefined}
                    unpriced={used.get(model.id) ?? 0}
                  />
                )}
              </ChoiceList>
            ) : (
              <p className="py-4 text-ui text-text-2">
                {search !== "" ? (
                  <Trans>No model matches “{search}”.</Trans>
                ) : isFiltered ? (
                  <Trans>Every model has a price.</Trans>
                ) : (
                  <Trans>No model answers yet. Add a provider, or try the model “demo”.</Trans>
                )}
              </p>
            )
          }
        </QueryView>
      </div>
    </HouseFrame>
  )
}

function readSearch(raw: RawSearch): Addresses["/settings/models"] {
  return { ...readName(raw), ...(raw["only"] === "unpriced" ? { only: "unpriced" } : {}) }
}
