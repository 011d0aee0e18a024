import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Plus } from "lucide-react"
import { useState } from "react"
import type { Alias } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Command } from "@/components/ui/code-block"
import { QueryView } from "@/components/ui/query-view"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"
import { providersQuery } from "@/features/house/api/queries"
import { HouseFrame } from "@/features/house/house-frame"
import { AliasList } from "@/features/routes/alias-list"
import { AliasSheet } from "@/features/routes/alias-sheet"
import { aliasesQuery } from "@/features/routes/api/queries"
import { ExplainPanel } from "@/features/routes/explain-panel"
import { matchAliases } from "@/features/routes/match-aliases"
import { UndoAlias } from "@/features/routes/undo-alias"
import { useMedia } from "@/lib/use-media"
import { assignVoices } from "@/lib/voices"
import { navigate, type RawSearch, texts, useSearch } from "@/router"

const readTexts = texts("model", "edit")

/** Names callers ask for, where they go and why; those that were made here are changed here. */
export function RoutesPage() {
  const { t } = useLingui()
  const { model, edit } = useSearch(readSearch)
  const [search, setSearch] = useState("")
  const [removed, setRemoved] = useState<Alias | null>(null)
  const isPanelBeside = useMedia("(min-width: 1200px)")
  const [panelChoice, setPanelChoice] = useState<boolean | null>(null)
  const isPanelOpen = panelChoice ?? isPanelBeside
  const aliases = useQuery(aliasesQuery())
  const providers = useQuery(providersQuery())
  const voices = assignVoices((providers.data ?? []).map((provider) => provider.name))
  const found = matchAliases(aliases.data ?? [], search)
  const kept = model === undefined ? {} : { model }
  const edited = (aliases.data ?? []).find((alias) => alias.name === edit && alias.source !== "file")
  const makeButton = (
    <Button look="solid" onClick={() => show({ ...kept, edit: "" })}>
      <Plus aria-hidden="true" className="size-4" strokeWidth={1.75} />
      {t`Make an alias`}
    </Button>
  )
  return (
    <HouseFrame
      place="routes"
      panelLabel={t`Explain a request`}
      actions={
        <>
          {isPanelOpen ? null : (
            <span className="hidden sm:contents">
              <Button look="outline" onClick={() => setPanelChoice(true)}>
                {t`Explain a request`}
              </Button>
            </span>
          )}
          {aliases.data && aliases.data.length > 0 ? makeButton : null}
        </>
      }
      panel={<ExplainPanel model={model ?? ""} voices={voices} onClose={() => setPanelChoice(false)} />}
      isPanelOpen={isPanelOpen}
      onPanel={setPanelChoice}
    >
      <div className="mx-auto flex max-w-(--col) flex-col gap-4 px-4 py-6 sm:px-6">
        {removed ? <UndoAlias key={removed.name} alias={removed} onOver={() => setRemoved(null)} /> : null}
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
                  <Trans>An alias is a name with targets, rules and fallbacks behind it.</Trans>
                </p>
                {makeButton}
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
                  show({ model: name })
                }}
                onChange={(name) => show({ ...kept, edit: name })}
              />
            )
          }
        </QueryView>
      </div>
      {aliases.data && (edit === "" || edited) ? (
        <AliasSheet
          key={edit}
          alias={edited}
          taken={aliases.data.map((alias) => alias.name)}
          onRemoved={setRemoved}
          onClose={() => show(kept)}
        />
      ) : null}
    </HouseFrame>
  )
}

function readSearch(raw: RawSearch) {
  return { ...readTexts(raw), ...(raw["edit"] === "" ? { edit: "" } : {}) }
}

function show(next: { model?: string; edit?: string }): void {
  navigate({ to: "/settings/routes", search: next, replace: true })
}
