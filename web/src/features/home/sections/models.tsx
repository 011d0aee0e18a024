import { Plural, Trans, useLingui } from "@lingui/react/macro"
import type { UseQueryResult } from "@tanstack/react-query"
import { useState } from "react"
import type { Model } from "@/api/types"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { Section } from "@/components/ui/section"
import { SkeletonRows } from "@/components/ui/skeleton"
import { ModelTable } from "@/features/home/model-table"
import { matchModels } from "@/features/house/match-models"
import { formatCount } from "@/lib/format"
import type { Voice } from "@/lib/voices"

const SHOWN_AT_FIRST = 10

interface ModelsProps {
  query: UseQueryResult<Model[]>
  voices: ReadonlyMap<string, Voice>
  chosen: string
  onChoose: (model: string) => void
}

/** Every model that answers here, to search and to choose. */
export function Models({ query, voices, chosen, onChoose }: ModelsProps) {
  const { t, i18n } = useLingui()
  const [search, setSearch] = useState("")
  const [isAllShown, setIsAllShown] = useState(false)
  return (
    <Section
      id="models"
      title={t`Models`}
      aside={
        <div className="w-56 max-w-full">
          <SearchField
            label={t`Search the models`}
            value={search}
            onSearch={setSearch}
            placeholder={t`Name, provider or ability`}
          />
        </div>
      }
    >
      <QueryView query={query} loading={<SkeletonRows rows={4} label={t`Loading the models`} />}>
        {(models) => {
          const found = matchModels(models, search)
          const shown = isAllShown ? found : found.slice(0, SHOWN_AT_FIRST)
          return (
            <>
              <p role="status" className="sr-only">
                {search ? t`${formatCount(found.length, i18n.locale)} found` : ""}
              </p>
              {found.length === 0 ? (
                <p className="py-4 text-ui text-text-2">
                  {models.length === 0 ? (
                    <Trans>No model answers yet. Add a provider, or try the model “demo”.</Trans>
                  ) : (
                    <Trans>No model matches “{search}”.</Trans>
                  )}
                </p>
              ) : (
                <ModelTable models={shown} voices={voices} chosen={chosen} onChoose={onChoose} />
              )}
              {found.length > shown.length ? (
                <div className="-ms-3">
                  <Button onClick={() => setIsAllShown(true)}>
                    <Plural value={found.length} one="Show the model" other="Show all # models" />
                  </Button>
                </div>
              ) : null}
            </>
          )
        }}
      </QueryView>
    </Section>
  )
}
