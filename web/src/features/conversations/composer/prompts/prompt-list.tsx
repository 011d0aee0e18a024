import { useLingui } from "@lingui/react/macro"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { type RefObject, useState } from "react"
import { type ListKeys, OptionList } from "@/components/ui/option-list"
import { SkeletonRows } from "@/components/ui/skeleton"
import { type Prompt, promptQuery, promptsQuery, render } from "@/features/conversations/composer/prompts/api"
import { FillIn } from "@/features/conversations/composer/prompts/fill-in"

interface PromptListProps {
  listId: string
  words: string
  keys: RefObject<ListKeys | null>
  onActive: (optionId: string | null) => void
  /** Told of the words that take the place of what was written to find them. */
  onText: (text: string) => void
}

/** The saved prompts whose name or description has the words; the chosen one is filled in here. */
export default function PromptList({ listId, words, keys, onActive, onText }: PromptListProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const known = useQuery(promptsQuery())
  const [filled, setFilled] = useState<Prompt | null>(null)
  const [problem, setProblem] = useState<Error | null>(null)
  const choose = async (id: string): Promise<void> => {
    try {
      const prompt = await queries.fetchQuery(promptQuery(id))
      if (prompt.shown.variables.length > 0) setFilled(prompt)
      else onText(await render(id, {}))
    } catch (failure) {
      setProblem(failure instanceof Error ? failure : new Error(String(failure)))
    }
  }
  if (filled !== null) return <FillIn prompt={filled} onText={onText} />
  const failure = problem ?? known.error
  if (failure !== null) return <p className="p-3 text-ui text-danger">{failure.message}</p>
  if (known.data === undefined) return <SkeletonRows rows={3} label={t`Loading the prompts`} />
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean)
  const items = known.data.filter(({ name, description }) => {
    const text = `${name} ${description}`.toLowerCase()
    return asked.every((word) => text.includes(word))
  })
  if (items.length === 0) {
    return (
      <p className="p-3 text-ui text-text-2">
        {known.data.length === 0 ? t`No prompt is saved yet. Settings, Prompts keeps them.` : t`No prompt has these words.`}
      </p>
    )
  }
  return (
    <OptionList
      id={listId}
      label={t`Saved prompts`}
      groups={[{ id: "all", title: t`Saved prompts`, items }]}
      nameOf={({ id }) => id}
      keys={keys}
      onActive={onActive}
      onChoose={({ id }) => void choose(id)}
    >
      {({ name, description }) => (
        <span className="flex min-w-0 flex-1 items-baseline gap-2">
          <bdi className="max-w-1/2 truncate font-medium">{name}</bdi>
          <bdi className="min-w-0 truncate text-caption text-text-2">{description}</bdi>
        </span>
      )}
    </OptionList>
  )
}
