import { useLingui } from "@lingui/react/macro"
import { type ReactNode, type RefObject, Suspense, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react"
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

/** As high as it gets where there is room: of the window, and in pixels. */
const MOST_SHARE = 0.45
const MOST = 416
const LEAST = 160
const GAP = 16

/** A list that opens above the box, or below it where it would not fit. Esc and a press elsewhere close it. */
export function Panel({ label, search, listId, keys, activeId, onClose, children }: PanelProps) {
  const { t } = useLingui()
  const frame = useRef<HTMLDivElement>(null)
  const close = useEffectEvent(onClose)
  const [{ isBelow, height }, setRoom] = useState({ isBelow: false, height: MOST })
  useLayoutEffect(() => {
    const box = frame.current?.parentElement?.getBoundingClientRect()
    const pane = frame.current?.closest("[data-pane]")?.getBoundingClientRect()
    if (box === undefined || pane === undefined) return
    const wanted = Math.min(MOST, innerHeight * MOST_SHARE)
    const [above, below] = [box.top - pane.top - GAP, pane.bottom - box.bottom - GAP]
    const goesBelow = above < wanted && below > above
    setRoom({ isBelow: goesBelow, height: Math.max(LEAST, Math.min(wanted, goesBelow ? below : above)) })
  }, [])
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
      className={`absolute inset-x-0 z-(--z-popover) flex flex-col overflow-hidden rounded-3 border border-border bg-overlay shadow-2 ${isBelow ? "top-full mt-2" : "bottom-full mb-2"}`}
      style={{ maxBlockSize: height }}
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
