import { Suspense, useEffect, useRef } from "react"
import { TurnBoundary } from "@/features/conversations/page/turn/turn-boundary"
import { lazy } from "@/lib/lazy"

interface LanesTurnProps {
  turnKey: string
  parentId: string
  shownId: string | null
  editedId: string | null
  isTabStop: boolean
  measure: (key: string, element: HTMLElement) => () => void
}

const Lanes = lazy(() => import("@/features/conversations/compare/lanes").then((module) => ({ default: module.Lanes })))

/** In place of a turn, all answers to the same words: as wide as there is room, in the one scroll of the column. */
export function LanesTurn({ turnKey, parentId, shownId, editedId, isTabStop, measure }: LanesTurnProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => (element.current === null ? undefined : measure(turnKey, element.current)), [measure, turnKey])
  return (
    <div
      ref={element}
      data-turn={turnKey}
      data-message={shownId ?? undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- one tab stop for the turns, as each of them
      tabIndex={isTabStop ? 0 : -1}
      className="turn lanes scroll-mt-4 rounded-3"
    >
      <TurnBoundary>
        <Suspense>
          <Lanes parentId={parentId} shownId={shownId} editedId={editedId} />
        </Suspense>
      </TurnBoundary>
    </div>
  )
}
