import { useLingui } from "@lingui/react/macro"
import { X } from "lucide-react"
import { Suspense, useEffect, useRef } from "react"
import { PanelBoundary } from "@/features/conversations/inspector/panel-boundary"
import { ResizeHandle } from "@/features/conversations/inspector/resize-handle"
import { setInspector, useInspector } from "@/features/conversations/inspector/inspector-state"
import { IconButton } from "@/components/ui/icon-button"
import { Tabs } from "@/components/ui/tabs"
import { useMedia } from "@/lib/use-media"
import { useRegistered, useTitle } from "@/registry"

interface InspectorProps {
  /** Where it lies over the page, this closes it. */
  onClose?: () => void
}

/** Beside the turns what belongs to them, in tabs; over the page where that is narrow, a sheet on phones. */
export function Inspector({ onClose }: InspectorProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const panels = useRegistered("panels")
  const { widthPx, panel } = useInspector()
  const isOver = useMedia("(width < 1200px)")
  const frame = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!isOver) return undefined
    const before = document.activeElement
    frame.current?.querySelector<HTMLElement>("[role=tab][tabindex='0']")?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [isOver])
  const chosen = panels.find(({ id }) => id === panel) ?? panels[0]
  if (chosen === undefined) return null
  const Body = chosen.component
  return (
    <>
      {isOver ? <div aria-hidden="true" className="fixed inset-0 z-(--z-panel) bg-text/20" onClick={onClose} /> : null}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Esc closes what lies over the page */}
      <aside
        ref={frame}
        data-pane="inspector"
        aria-label={t`Inspector`}
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !isOver || event.defaultPrevented) return
          // It closes what was opened from here first: a dialog, or a menu.
          if (event.target instanceof Element && event.target.closest("dialog, [popover]") !== null) return
          event.stopPropagation()
          onClose?.()
        }}
        style={{ "--inspector": `${widthPx}px` }}
        className={`panel-in fixed inset-x-0 bottom-0 z-(--z-panel) flex h-[75dvh] flex-col rounded-t-4 border-border bg-canvas shadow-2 sm:inset-y-0 sm:start-auto sm:h-auto sm:w-(--inspector) sm:rounded-none sm:border-s lg:relative lg:inset-auto lg:z-auto lg:h-full lg:shrink-0 lg:shadow-none ${isOver ? "[&_[role=tablist]]:pe-12" : ""}`}
      >
        <ResizeHandle widthPx={widthPx} />
        {isOver ? (
          <span className="absolute end-2 top-2 z-(--z-sticky)">
            <IconButton label={t`Close`} keys="Esc" onClick={onClose}>
              <X aria-hidden="true" className="size-4" />
            </IconButton>
          </span>
        ) : null}
        <Tabs
          label={t`Parts of the inspector`}
          tabs={panels.map((one) => ({ id: one.id, label: titleOf(one.title) }))}
          chosen={chosen.id}
          onChoose={(id) => setInspector({ panel: id })}
          isTall
        >
          <div data-scroller className="min-h-0 flex-1 overflow-y-auto">
            <PanelBoundary key={chosen.id}>
              <Suspense>
                <Body />
              </Suspense>
            </PanelBoundary>
          </div>
        </Tabs>
      </aside>
    </>
  )
}
