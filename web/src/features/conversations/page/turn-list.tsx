"use no memo" // What is drawn is told by the windower, which changes under the same name.
import { useLingui } from "@lingui/react/macro"
import { type ReactNode, useEffect, useLayoutEffect, useState, useSyncExternalStore } from "react"
import { JumpButton } from "@/features/conversations/page/jump-button"
import type { Line } from "@/features/conversations/page/lines"
import { LanesTurn } from "@/features/conversations/page/lanes-turn"
import { heightOf } from "@/features/conversations/page/line-height"
import { Turn } from "@/features/conversations/page/turn/turn"
import type { Windower } from "@/features/conversations/page/window/windower"

interface TurnListProps {
  lines: readonly Line[]
  windower: Windower
  /** The message that is edited. */
  editedId: string | null
  /** Whether the lines reach the end of the branch. */
  isAtEnd: boolean
  onStart: () => void
  onEnd: () => void
  /** Go to the end, wherever the lines end. */
  onLatest: () => void
  /** Beside the column, at its edge. */
  edge: ReactNode
}

/** The turns of a conversation: of however many, those near the view are drawn. */
export function TurnList({ lines, windower, editedId, isAtEnd, onStart, onEnd, onLatest, edge }: TurnListProps) {
  const { t } = useLingui()
  const keys = lines.map(({ key }) => key)
  useSyncExternalStore(windower.subscribe, windower.view)
  const view = windower.lay(keys, (index) => heightOf(lines[index]), { nearStart: onStart, nearEnd: onEnd }, isAtEnd)
  useLayoutEffect(() => windower.settle())
  const { hold, measure } = windower
  const [known] = useState(() => new Set(keys))
  const top = lines[view.top]?.key
  useEffect(() => {
    for (const { key } of lines) known.add(key)
  }, [lines, known])
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={hold}
        data-pane="main"
        tabIndex={-1}
        className="turns absolute inset-0 overflow-y-auto"
      >
        <div role="log" aria-label={t`Messages`} aria-live="off" className="mx-auto w-full max-w-(--col) px-4 pb-4 sm:px-5">
          <div style={{ height: view.before }} />
          {lines.slice(view.from, view.to).map((line, index) =>
            line.lanes === null ? (
              <Turn
                key={line.key}
                turnKey={line.key}
                message={line.message}
                running={line.running}
                echo={line.echo}
                goesOn={line.goesOn}
                isLast={view.from + index === lines.length - 1}
                isNew={view.from + index >= lines.length - 2 && !known.has(line.key)}
                isEdited={line.message !== null && line.message.id === editedId}
                isTabStop={line.key === top}
                measure={measure}
              />
            ) : (
              <LanesTurn
                key={line.key}
                turnKey={line.key}
                parentId={line.lanes.parentId}
                shownId={line.message?.id ?? null}
                editedId={editedId}
                isTabStop={line.key === top}
                measure={measure}
              />
            ),
          )}
          <div style={{ height: view.after }} />
        </div>
      </div>
      {edge}
      {view.isFollowing && isAtEnd ? null : <JumpButton news={view.news} onJump={onLatest} />}
    </div>
  )
}
