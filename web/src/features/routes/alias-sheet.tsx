import { useLingui } from "@lingui/react/macro"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Plus } from "lucide-react"
import { useState } from "react"
import type { Alias } from "@/api/types"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { Select } from "@/components/ui/select"
import { Dialog } from "@/components/ui/dialog"
import { modelsQuery } from "@/features/house/api/queries"
import type { Refusal } from "@/features/house/refused-field"
import { AliasName } from "@/features/routes/alias-name"
import { aliasBodyOf, aliasRefusal, draftOf, emptyRow, hasWeights, moved, STRATEGIES } from "@/features/routes/alias-form"
import { putAlias, removeAlias } from "@/features/routes/api/changes"
import { aliasesQuery } from "@/features/routes/api/queries"
import { KeptParts } from "@/features/routes/kept-parts"
import { MODEL_LIST } from "@/features/routes/model-field"
import { TargetRowView } from "@/features/routes/target-row"
import { useStrategyNames } from "@/features/routes/use-strategy-names"

const FORM = "alias"

interface AliasSheetProps {
  /** The alias that is changed; nothing for a new one. */
  alias: Alias | undefined
  taken: readonly string[]
  onRemoved: (alias: Alias) => void
  onClose: () => void
}

/** Makes an alias or changes one: who it goes to, in which order or shares; and removes it. */
export function AliasSheet({ alias, taken, onRemoved, onClose }: AliasSheetProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const strategies = useStrategyNames()
  const models = useQuery(modelsQuery())
  const [draft, setDraft] = useState(() => draftOf(alias, ""))
  const [nextKey, setNextKey] = useState(draft.targets.length)
  const [refused, setRefused] = useState<Refusal | null>(null)
  const refresh = (): void => {
    void client.invalidateQueries({ queryKey: aliasesQuery().queryKey })
    void client.invalidateQueries({ queryKey: modelsQuery().queryKey })
  }
  const refuse = (refusal: Refusal): void => {
    setRefused(refusal)
    requestAnimationFrame(() => {
      const field = refusal.field === null ? null : document.getElementsByName(refusal.field)[0]
      field?.focus()
    })
  }
  const put = useMutation({
    ...putAlias(),
    onSuccess: () => {
      refresh()
      onClose()
    },
    onError: (problem) => refuse(aliasRefusal(problem, draft)),
  })
  const remove = useMutation({
    ...removeAlias(),
    onSuccess: () => {
      refresh()
      if (alias) onRemoved(alias)
      onClose()
    },
    onError: (problem) => refuse({ field: null, sentence: problem.message }),
  })
  const save = (): void => {
    setRefused(null)
    const name = draft.name.trim()
    if (!alias && taken.includes(name)) return refuse({ field: "name", sentence: t`There is an alias of this name. Choose another, or change that one.` })
    put.mutate({ name, body: aliasBodyOf(draft, alias) })
  }
  const errorOf = (field: string): string | null => (refused?.field === field ? refused.sentence : null)
  const setTargets = (targets: typeof draft.targets): void => setDraft({ ...draft, targets })
  return (
    <Dialog
      title={alias ? t`Change ${alias.name}` : t`Make an alias`}
      isOpen
      onClose={onClose}
      footer={
        <>
          {alias ? (
            <Button disabled={remove.isPending} onClick={() => remove.mutate(alias.name)}>
              {t`Remove`}
            </Button>
          ) : null}
          <span className="flex-1" />
          <Button look="solid" type="submit" form={FORM} disabled={put.isPending}>
            {alias ? t`Save` : t`Make it`}
          </Button>
        </>
      }
    >
      <form
        id={FORM}
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        {refused !== null && refused.field === null ? <Notice tone="danger">{refused.sentence}</Notice> : null}
        {alias ? null : <AliasName value={draft.name} error={errorOf("name")} onChange={(name) => setDraft({ ...draft, name })} />}
        <div className="flex flex-col items-start gap-1">
          <span aria-hidden="true" className="text-ui font-medium">{t`Which target goes first`}</span>
          <Select
            label={t`Which target goes first`}
            value={draft.strategy}
            options={STRATEGIES.map((value) => ({ value, label: strategies[value] }))}
            onChange={(strategy) => setDraft({ ...draft, strategy })}
          />
        </div>
        <ol aria-label={t`Targets`} className="flex flex-col gap-2">
          {draft.targets.map((row, position) => (
            <TargetRowView
              key={row.key}
              row={row}
              position={position}
              count={draft.targets.length}
              hasWeight={hasWeights(draft.strategy)}
              isFirst={alias !== undefined && position === 0}
              errorOf={errorOf}
              onChange={(changed) => setTargets(draft.targets.with(position, changed))}
              onMove={(to) => setTargets(moved(draft.targets, position, to))}
              onRemove={() => setTargets(draft.targets.toSpliced(position, 1))}
            />
          ))}
        </ol>
        <div>
          <Button
            look="outline"
            onClick={() => {
              setTargets([...draft.targets, emptyRow(nextKey)])
              setNextKey(nextKey + 1)
            }}
          >
            <Plus aria-hidden="true" className="size-4" strokeWidth={1.75} />
            {t`Another target`}
          </Button>
        </div>
        <p className="text-caption text-text-2">{t`Lower ranks go before higher ones; the rest follow when one fails.`}</p>
        <label className="flex min-h-6 items-center gap-2 text-ui">
          <input
            type="checkbox"
            checked={draft.isCached}
            onChange={(event) => setDraft({ ...draft, isCached: event.target.checked })}
            className="size-4 shrink-0 accent-accent-solid"
          />
          {t`Answer the same request from the cache`}
        </label>
        {alias ? <KeptParts alias={alias} /> : null}
        <datalist id={MODEL_LIST}>
          {(models.data ?? []).map((model) => (
            <option key={model.id} value={model.id} />
          ))}
        </datalist>
      </form>
    </Dialog>
  )
}
