import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Plus } from "lucide-react"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { providersQuery } from "@/features/house/api/queries"
import { HouseFrame } from "@/features/house/house-frame"
import { AddSheet } from "@/features/providers/add-sheet"
import { kindsQuery } from "@/features/providers/api/kinds"
import { matchProviders } from "@/features/providers/match-providers"
import { ProviderPanel } from "@/features/providers/provider-panel"
import { ProviderTable } from "@/features/providers/provider-table"
import { assignVoices } from "@/lib/voices"
import { navigate, type RawSearch, texts, useSearch } from "@/router"

const readTexts = texts("name", "add")

/** Every provider: to look at, to test, to add and to let go. */
export function ProvidersPage() {
  const { t } = useLingui()
  const { name, add } = useSearch(readSearch)
  const [search, setSearch] = useState("")
  const [fresh, setFresh] = useState<string | null>(null)
  const query = useQuery(providersQuery())
  const kinds = useQuery(kindsQuery())
  const all = query.data ?? []
  const found = matchProviders(all, search)
  const voices = assignVoices(all.map((provider) => provider.name))
  const chosen = all.find((provider) => provider.name === name)
  const isOnlyDemo = query.data?.every((provider) => provider.source === "built-in") ?? false
  const addButton = (
    <Button look="solid" onClick={() => show({ ...(name ? { name } : {}), add: "" })}>
      <Plus aria-hidden="true" className="size-4" />
      {t`Add a provider`}
    </Button>
  )
  return (
    <HouseFrame
      place="providers"
      actions={isOnlyDemo ? null : addButton}
      panelLabel={t`The provider ${name ?? ""}`}
      panel={
        chosen ? (
          <ProviderPanel
            key={chosen.id}
            provider={chosen}
            kind={kinds.data?.find((kind) => kind.name === chosen.kind)}
            voice={voices.get(chosen.name) ?? 6}
            isNew={fresh === chosen.name}
            onTested={() => setFresh(null)}
            onClose={() => show({})}
          />
        ) : null
      }
      isPanelOpen={chosen !== undefined}
      onPanel={(isOpen) => (isOpen ? undefined : show({}))}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-5 px-4 py-6 sm:px-6">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <div className="w-64 max-w-full">
            <SearchField
              label={t`Search the providers`}
              placeholder={t`Name, kind or address`}
              value={search}
              onSearch={setSearch}
            />
          </div>
          <p role="status" className="tabular text-ui text-text-2">
            {query.data ? <Plural value={found.length} one="# provider" other="# providers" /> : null}
          </p>
        </div>
        <QueryView query={query} loading={<SkeletonRows rows={5} label={t`Loading the providers`} />}>
          {() => (
            <>
              {found.length > 0 ? (
                <ProviderTable
                  providers={found}
                  voices={voices}
                  chosen={name ?? null}
                  onChoose={(one) => show(one === name ? {} : { name: one })}
                />
              ) : (
                <p className="py-4 text-ui text-text-2">
                  <Trans>No provider matches “{search}”.</Trans>
                </p>
              )}
              {isOnlyDemo ? (
                <div className="flex flex-col items-start gap-4 py-6">
                  <p className="tight text-lead font-medium">
                    <Trans>Only the demo model answers yet. Add a provider, and its models are asked through Salon.</Trans>
                  </p>
                  {addButton}
                </div>
              ) : null}
            </>
          )}
        </QueryView>
      </div>
      {add === undefined ? null : (
        <AddSheet
          kindName={add}
          taken={all.map((provider) => provider.name)}
          onKind={(kind) => show({ ...(name ? { name } : {}), add: kind })}
          onAdded={(provider) => {
            setFresh(provider.name)
            show({ name: provider.name })
          }}
          onClose={() => show(name ? { name } : {})}
        />
      )}
    </HouseFrame>
  )
}

function readSearch(raw: RawSearch) {
  return { ...readTexts(raw), ...(raw["add"] === "" ? { add: "" } : {}) }
}

function show(next: { name?: string; add?: string }): void {
  navigate({ to: "/settings/providers", search: next })
}
