import { Plural, Trans, useLingui } from "@lingui/react/macro"
import type { UseQueryResult } from "@tanstack/react-query"
import { Search } from "lucide-react"
import { useState } from "react"
import type { Model } from "@/api/types"
import { Button } from "@/components/ui/button"
import { QueryView } from "@/components/ui/query-view"
import { Section } from "@/components/ui/section"
import { SkeletonRows } from "@/components/ui/skeleton"
import { matchModels } from "@/features/home/match-models"
import { ModelRow } from "@/features/home/model-row"
import { formatCount } from "@/lib/format"
import type { Voice } from "@/lib/voices"

const SHOWN_AT_FIRST = 10

interface ModelsProps {
  query: UseQueryResult<Model[]>
  voices: ReadonlyMap<string, Voice>
  chosen: string
  onChoose: (model: string) => void
}

function isNamed(model: Model, name: string): boolean {
  return model.id === name || model.aliases.includes(name)
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
        <label className="quick control flex w-56 max-w-full items-center gap-2 rounded-2 border border-border-strong bg-raised px-2 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus">
          <Search aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={t`Name, provider or ability`}
            aria-label={t`Search the models`}
            className="min-w-0 flex-1 bg-transparent text-ui text-text outline-none"
          />
        </label>
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
                <table className="-mx-2 w-[calc(100%+--spacing(4))] table-fixed text-ui">
                  <thead>
                    <tr className="border-b border-border text-text-2">
                      <th scope="col" className="py-2 ps-2 text-start font-medium">{t`Model`}</th>
                      <th scope="col" className="w-20 py-2 text-end font-medium max-sm:pe-2">{t`Context`}</th>
                      <th scope="col" className="hidden w-34 py-2 text-end font-medium sm:table-cell">
                        {t`Price per million`}
                      </th>
                      <th scope="col" className="hidden w-56 py-2 ps-4 pe-2 text-start font-medium sm:table-cell">{t`Abilities`}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((model) => (
                      <ModelRow
                        key={model.id}
                        model={model}
                        voice={voices.get(model.provider) ?? 6}
                        isChosen={isNamed(model, chosen)}
                        isStop={model === (shown.find((one) => isNamed(one, chosen)) ?? shown[0])}
                        onChoose={onChoose}
                      />
                    ))}
                  </tbody>
                </table>
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
