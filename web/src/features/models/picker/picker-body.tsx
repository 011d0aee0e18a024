import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { type RefObject, useState } from "react"
import { type ListKeys, OptionList } from "@/components/ui/option-list"
import { SkeletonRows } from "@/components/ui/skeleton"
import { modelsQuery, providersQuery } from "@/features/house/api/queries"
import { choose, useChosen, withFavourite } from "@/features/models/picker/chosen"
import { ModelDetails } from "@/features/models/picker/model-details"
import { ModelOption } from "@/features/models/picker/model-option"
import { groupsOf, isCut, type Option } from "@/features/models/picker/options"
import { useGroupTitles } from "@/features/models/picker/use-group-titles"

interface PickerBodyProps {
  listId: string
  search: string
  models: readonly string[]
  keys: RefObject<ListKeys | null>
  onActive: (optionId: string | null) => void
  /** Told of who is to answer; `isDone` when nobody else is to be chosen. */
  onModels: (models: string[], isDone: boolean) => void
}

const MOST_BESIDE = 4

/** The models to choose from: favourites, those used last, all; one, or up to four that answer side by side. */
export default function PickerBody({ listId, search, models, keys, onActive, onModels }: PickerBodyProps) {
  const { t } = useLingui()
  const titles = useGroupTitles()
  const kept = useChosen()
  const known = useQuery(modelsQuery())
  const providers = useQuery(providersQuery())
  const [active, setActive] = useState<Option | null>(null)
  if (known.data === undefined) {
    return known.error === null ? (
      <SkeletonRows rows={5} label={t`Loading the models`} />
    ) : (
      <p className="p-3 text-ui text-danger">{known.error.message}</p>
    )
  }
  const groups = groupsOf(known.data, search, kept)
  const toggle = (name: string): void => {
    const rest = models.filter((one) => one !== name)
    if (rest.length < models.length) onModels(rest.length === 0 ? [name] : rest, false)
    else if (models.length < MOST_BESIDE) onModels([...models, name], false)
  }
  const canToggle = (name: string): boolean => (models.includes(name) ? models.length > 1 : models.length < MOST_BESIDE)
  return (
    <>
      {groups.length === 0 ? <p className="p-3 text-ui text-text-2">{t`No model has these words.`}</p> : null}
      <OptionList
        id={listId}
        label={t`Models`}
        groups={groups.map(({ name, options }) => ({ id: name, title: titles[name], items: options }))}
        nameOf={({ name }) => name}
        isChosen={({ name }) => models.includes(name)}
        isMany
        keys={keys}
        onActive={(id, option) => {
          onActive(id)
          setActive(option)
        }}
        onChoose={({ name }, isBeside) => (isBeside ? toggle(name) : onModels([name], true))}
      >
        {(option) => (
          <ModelOption
            option={option}
            isChosen={models.includes(option.name)}
            isFavourite={kept.favourites.includes(option.name)}
            canToggle={canToggle(option.name)}
            state={providers.data?.find((one) => one.name === option.model.provider)?.state}
            onBeside={() => toggle(option.name)}
            onFavourite={() => toggleFavourite(option.name)}
          />
        )}
      </OptionList>
      {isCut(groups) ? <p className="px-3 pb-2 text-caption text-text-2">{t`Search for more.`}</p> : null}
      {active === null ? null : (
        <ModelDetails
          option={active}
          isFavourite={kept.favourites.includes(active.name)}
          isChosen={models.length > 1 && models.includes(active.name)}
          canToggle={canToggle(active.name)}
          onFavourite={() => toggleFavourite(active.name)}
          onBeside={() => toggle(active.name)}
        />
      )}
    </>
  )
}

function toggleFavourite(name: string): void {
  choose((now) => withFavourite(now, name))
}
