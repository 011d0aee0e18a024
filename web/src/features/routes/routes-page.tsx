import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { useNavigate, useSearch } from "@tanstack/react-router"
import { useState } from "react"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { providersQuery } from "@/features/house/api/queries"
import { HouseFrame } from "@/features/house/house-frame"
import { AliasList } from "@/features/routes/alias-list"
import { aliasesQuery } from "@/features/routes/api/queries"
import { ExplainPanel } from "@/features/routes/explain-panel"
import { matchAliases } from "@/features/routes/match-aliases"
import { useMedia } from "@/lib/use-media"
import { assignVoices } from "@/lib/voices"

/** Names callers ask for, where they go and why; read only. */
export function RoutesPage() {
  const { t } = useLingui()
  const { model } = useSearch({ from: "/routes" })
  const navigate = useNavigate({ from: "/routes" })
  const [search, setSearch] = useState("")
  const isPanelBeside = useMedia("(min-width: 1200px)")
  const [panelChoice, setPanelChoice] = useState<boolean | null>(null)
  const isPanelOpen = panelChoice ?? isPanelBeside
  const aliases = useQuery(aliasesQuery())
  const providers = useQuery(providersQuery())
  const voices = assignVoices((providers.data ?? []).map((provider) => provider.name))
  const found = matchAliases(aliases.data ?? [], search)
  return (
    <HouseFrame
      place="/routes"
      panelLabel={t`Explain a request`}
      actions={
        isPanelOpen ? null : (
          <Button look="outline" onClick={() => setPanelChoice(true)}>
            {t`Explain a request`}
          </Button>
        )
      }
      panel={<ExplainPanel model={model ?? ""} voices={voices} onClose={() => setPanelChoice(false)} />}
      isPanelOpen={isPanelOpen}
      onPanel={setPanelChoice}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-4 px-4 py-6 sm:px-6">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <div className="w-64 max-w-full">
            <SearchField label={t`Search the aliases`} placeholder={t`Alias or target`} value={search} onSearch={setSearch} />
          </div>
          <p role="status" className="tabular text-ui text-text-2">
            {aliases.data ? <Plural value={found.length} one="# alias" other="# aliases" /> : null}
          </p>
        </div>
        <QueryView query={aliases} loading={<SkeletonRows rows={4} label={t`Loading the aliases`} />}>
          {(all) =>
            all.length === 0 ? (
              <div className="flex flex-col items-start gap-4 py-6">
                <p className="tight text-lead font-medium">
                  <Trans>No alias yet: every model is asked by its own name.</Trans>
                </p>
                <p className="text-ui text-text-2">
                  <Trans>An alias is a name with targets, rules and fallbacks behind it. Make one:</Trans>
                </p>
                <Command command="salon route set fast openai/gpt-5-mini anthropic/claude-haiku-4-5" />
              </div>
            ) : found.length === 0 ? (
              <p className="py-4 text-ui text-text-2">
                <Trans>No alias matches “{search}”.</Trans>
              </p>
            ) : (
              <AliasList
                aliases={found}
                voices={voices}
                chosen={model ?? null}
                onExplain={(name) => {
                  setPanelChoice(true)
                  void navigate({ search: { model: name }, replace: true, resetScroll: false })
                }}
              />
            )
          }
        </QueryView>
      </div>
    </HouseFrame>
  )
}
