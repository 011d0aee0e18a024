import { useLingui } from "@lingui/react/macro"
import { type ReactNode, type RefObject, Suspense, useEffect, useEffectEvent, useRef } from "react"
import type { ListKeys } from "@/components/ui/option-list"
import { SearchField } from "@/components/ui/search-field"
import { SkeletonRows } from "@/components/ui/skeleton"

interface PanelProps {
  label: string
  /** The panel's own field; null where the words are written in the box. */
  search: { label: string; words: string; onWords: (words: string) => void } | null
  listId: string
  keys: RefObject<ListKeys | null>
  activeId: string | null
  onClose: (isByKey: boolean) => void
  children: ReactNode
}

/** A list that opens above the box. Esc and a press elsewhere close it. */
export function Panel({ label, search, listId, keys, activeId, onClose, children }: PanelProps) {
  const { t } = useLingui()
  const frame = useRef<HTMLDivElement>(null)
  const close = useEffectEvent(onClose)
  useEffect(() => {
    const press = (event: PointerEvent): void => {
      const isOutside = event.target instanceof Node && !frame.current?.parentElement?.contains(event.target)
      if (isOutside) close(false)
    }
    // Before whoever hears Esc on the whole page, to stop an answer.
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented) return
      event.preventDefault()
      event.stopPropagation()
      close(true)
    }
    addEventListener("pointerdown", press)
    addEventListener("keydown", escape, { capture: true })
    return () => {
      removeEventListener("pointerdown", press)
      removeEventListener("keydown", escape, { capture: true })
    }
  }, [])
  return (
    <div
      ref={frame}
      role="dialog"
      aria-label={label}
      className="absolute inset-x-0 bottom-full z-(--z-popover) mb-2 flex max-h-[min(26rem,45dvh)] flex-col overflow-hidden rounded-3 border border-border bg-overlay shadow-2"
    >
      {search === null ? null : (
        <div className="shrink-0 p-2">
          <SearchField
            label={search.label}
            placeholder={search.label}
            value={search.words}
            onSearch={search.onWords}
            autoFocus
            autoComplete="off"
            role="combobox"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={activeId ?? undefined}
            onKeyDown={(event) => keys.current?.(event)}
          />
        </div>
      )}
      <Suspense fallback={<SkeletonRows rows={4} label={t`Loading`} />}>{children}</Suspense>
    </div>
  )
}
