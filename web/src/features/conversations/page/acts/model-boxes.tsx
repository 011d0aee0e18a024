import { useLingui } from "@lingui/react/macro"
import type { Model } from "@/api/types"
import { useChosen } from "@/features/models/picker/chosen"
import { groupsOf, isCut } from "@/features/models/picker/options"
import { useGroupTitles } from "@/features/models/picker/use-group-titles"

interface ModelBoxesProps {
  models: readonly Model[]
  search: string
  /** The names that are ticked, also of models that the search leaves out. */
  chosen: readonly string[]
  /** Whether no more than these can be chosen. */
  isFull: boolean
  onToggle: (name: string) => void
}

/** A box to tick for each way to name a model that can answer, favourites and those used last first. */
export function ModelBoxes({ models, search, chosen, isFull, onToggle }: ModelBoxesProps) {
  const { t } = useLingui()
  const titles = useGroupTitles()
  const groups = groupsOf(models, search, useChosen())
  return (
    <div className="mt-3 flex flex-col">
      {groups.length === 0 ? <p className="p-2 text-ui text-text-2">{t`No model has these words.`}</p> : null}
      {groups.map((group) => (
        <div key={group.name} role="group" aria-label={titles[group.name]}>
          {groups.length > 1 ? (
            <p aria-hidden="true" className="px-2 pt-2 pb-1 text-caption font-medium text-text-2">
              {titles[group.name]}
            </p>
          ) : null}
          {group.options.map(({ name, model }) => (
            <label
              key={name}
              className="flex min-h-(--row) cursor-pointer items-center gap-3 rounded-2 px-2 text-ui hover:bg-hover has-disabled:cursor-default has-disabled:bg-transparent has-disabled:text-disabled"
            >
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                disabled={isFull && !chosen.includes(name)}
                onChange={() => onToggle(name)}
                className="size-4 shrink-0 accent-accent-solid"
              />
              <bdi className="min-w-0 truncate">{name}</bdi>
              {name === model.id ? null : (
                <span dir="ltr" className="min-w-0 truncate text-caption text-text-2">
                  {model.id}
                </span>
              )}
            </label>
          ))}
        </div>
      ))}
      {isCut(groups) ? <p className="px-2 py-2 text-caption text-text-2">{t`Search for more.`}</p> : null}
    </div>
  )
}
