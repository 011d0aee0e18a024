import { type KeyboardEvent, type RefObject, useId, useRef, useState } from "react"
import { type Trigger, triggerAt } from "@/features/conversations/composer/trigger"
import type { ListKeys } from "@/components/ui/option-list"

interface OpenPanel {
  readonly kind: "models" | "prompts"
  readonly words: string
  /** What opened it from within the text; null where its button did, and it has a field of its own. */
  readonly trigger: Trigger | null
}

export interface PanelState {
  readonly open: OpenPanel | null
  /** The id of the list, whichever is open. */
  readonly listId: string
  readonly keys: RefObject<ListKeys | null>
  readonly activeId: string | null
  setActiveId(id: string | null): void
  setWords(words: string): void
  setCaret(caret: number): void
  toggleModels(): void
  close(): void
  /** Let the list have a key that was pressed in the box. */
  take(event: KeyboardEvent<HTMLElement>): boolean
}

/** Which list stands above the box: opened by its button, or by `@` and `/` in the text. */
export function usePanel(text: string): PanelState {
  const listId = useId()
  const keys = useRef<ListKeys | null>(null)
  const [activeId, setActiveId] = useState<string | null>(null)
  const [caret, setCaret] = useState(0)
  const [search, setSearch] = useState<string | null>(null)
  /** Where a sign stands that is to be a sign and nothing else. */
  const [closedAt, setClosedAt] = useState<number | null>(null)
  const found = triggerAt(text, caret)
  const trigger = found !== null && found.start !== closedAt ? found : null
  const open: OpenPanel | null =
    search !== null
      ? { kind: "models", words: search, trigger: null }
      : trigger && { kind: trigger.sign === "@" ? "models" : "prompts", words: trigger.words, trigger }
  const close = (): void => {
    setSearch(null)
    setClosedAt(found?.start ?? null)
    setActiveId(null)
  }
  return {
    open,
    listId,
    keys,
    activeId,
    setActiveId,
    setWords: setSearch,
    setCaret(next) {
      setCaret(next)
      if (triggerAt(text, next) === null) setClosedAt(null)
    },
    toggleModels: () => (search === null ? setSearch("") : close()),
    close,
    take(event) {
      if (open === null) return false
      return keys.current?.(event) ?? false
    },
  }
}
