import { useLingui } from "@lingui/react/macro"
import { Panel } from "@/features/conversations/composer/panel"
import type { PanelState } from "@/features/conversations/composer/use-panel"
import { PickerBody } from "@/features/models/picker"

interface ListPanelProps {
  panel: PanelState
  models: readonly string[]
  onModels: (models: string[], isDone: boolean) => void
  /** Told when it was closed by a key: the box is to have the focus again. */
  onLeft: () => void
}

/** The list above the box: of models. */
export function ListPanel({ panel, models, onModels, onLeft }: ListPanelProps) {
  const { t } = useLingui()
  const { open, listId, keys, activeId } = panel
  if (open === null) return null
  const close = (isByKey: boolean): void => {
    panel.close()
    if (isByKey) onLeft()
  }
  const isOwn = open.trigger === null
  return (
    <Panel
      label={t`Choose a model`}
      search={isOwn ? { label: t`Search models`, words: open.words, onWords: panel.setWords } : null}
      listId={listId}
      keys={keys}
      activeId={activeId}
      onClose={close}
    >
      <PickerBody
        listId={listId}
        search={open.words}
        models={models}
        keys={keys}
        onActive={panel.setActiveId}
        onModels={onModels}
      />
    </Panel>
  )
}
