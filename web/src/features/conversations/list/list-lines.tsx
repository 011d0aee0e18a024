import { useLingui } from "@lingui/react/macro"
import { useEffect, useRef, useState } from "react"
import { windowOf } from "@/features/conversations/list/line-window"
import { ListRow } from "@/features/conversations/list/list-row"
import type { Line } from "@/features/conversations/list/sections"
import { useLineTops } from "@/features/conversations/list/use-line-heights"
import { useSectionNames } from "@/features/conversations/list/use-section-names"
import { useSeen } from "@/features/conversations/list/use-seen"
import { useHeld } from "@/lib/use-held"

interface ListLinesProps {
  label: string
  lines: readonly Line[]
  current: string | null
  /** The place of the tab stop. */
  stopAt: number
  /** The row that is to get the focus, and how often that was asked. */
  focusOn: { id: string; asked: number } | null
  hasMore: boolean
  onEndSeen: () => void
}

const WHOLE_UP_TO = 100

/** The heads and rows of the list; only those near what is seen are drawn once they are many. */
export function ListLines({ label, lines: all, current, stopAt, focusOn, hasMore, onEndSeen }: ListLinesProps) {
  const { t } = useLingui()
  const names = useSectionNames()
  const [lines, hold] = useHeld(all)
  const [list, setList] = useState<HTMLElement | null>(null)
  const tops = useLineTops(lines)
  const seen = useSeen(list)
  const end = tops.at(-1) ?? 0
  const drawn = lines.length <= WHOLE_UP_TO ? lines.map((_, place) => place) : windowOf(tops, seen, stopAt)
  const isEndSeen = hasMore && seen.to + 800 > end

  useEffect(() => {
    if (isEndSeen) onEndSeen()
  }, [isEndSeen, onEndSeen])

  const done = useRef(0)
  useEffect(() => {
    if (focusOn === null || done.current === focusOn.asked) return
    done.current = focusOn.asked
    const row = list?.querySelector<HTMLElement>(`[data-row="${CSS.escape(focusOn.id)}"]`)
    row?.focus()
    row?.scrollIntoView({ block: "nearest" })
  }, [focusOn, list])

  return (
    <ul ref={setList} aria-label={label} onPointerDown={hold} className="relative" style={{ blockSize: end }}>
      {drawn.map((place) => {
        const line = lines[place]
        if (line === undefined) return null
        return (
          <li
            key={line.kind === "head" ? `# ${line.id}` : line.id}
            aria-setsize={lines.length}
            aria-posinset={place + 1}
            className="absolute inset-x-0"
            style={{ insetBlockStart: tops[place] }}
          >
            {line.kind === "head" ? (
              <p className="flex h-9 items-end px-2 pb-1.5 text-caption font-medium text-text-3">{names[line.id]}</p>
            ) : (
              <ListRow conversation={line.conversation} isCurrent={line.id === current} />
            )}
          </li>
        )
      })}
      {hasMore ? <li className="sr-only">{t`More below`}</li> : null}
    </ul>
  )
}
