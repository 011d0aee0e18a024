import { useLingui } from "@lingui/react/macro"
import { Panel } from "@/features/conversations/composer/panel"
import { PromptList } from "@/features/conversations/composer/prompts/lazy"
import type { PanelState } from "@/features/conversations/composer/use-panel"
import { PickerBody } from "@/features/models/picker"

interface ListPanelProps {
  panel: PanelState
  models: readonly string[]
  onModels: (models: string[], isDone: boolean) => void
  /** Told of the words of a saved prompt. */
  onPrompt: (text: string) => void
  /** Told when it was closed by a key: the box is to have the focus again. */
  onLeft: () => void
}

/** The list above the box: of models, or of saved prompts. */
export function ListPanel({ panel, models, onModels, onPrompt, onLeft }: ListPanelProps) {
  const { t } = useLingui()
  const { open, listId, keys, activeId } = panel
  if (open === null) return null
  const isModels = open.kind === "models"
  const isOwn = open.trigger === null
  return (
    <Panel
      label={isModels ? t`Choose a model` : t`Saved prompts`}
      search={isOwn ? { label: t`Search models`, words: open.words, onWords: panel.setWords } : null}
      listId={listId}
      keys={keys}
      activeId={activeId}
      onClose={(isByKey) => {
        panel.close()
        if (isByKey) onLeft()
      }}
    >
      {isModels ? (
        <PickerBody
          listId={listId}
          search={open.words}
          models={models}
          keys={keys}
          onActive={panel.setActiveId}
          onModels={onModels}
        />
      ) : (
        <PromptList listId={listId} words={open.words} keys={keys} onActive={panel.setActiveId} onText={onPrompt} />
      )}
    </Panel>
  )
}
