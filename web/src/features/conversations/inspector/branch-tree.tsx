import { useLingui } from "@lingui/react/macro"
import { type KeyboardEvent, useId, useRef, useState } from "react"
import type { TreeRow } from "@/features/conversations/inspector/tree-rows"
import { TreeLine } from "@/features/conversations/inspector/tree-line"
import { Gap } from "@/components/ui/gap"
import { WindowedRows } from "@/components/ui/windowed-rows"

interface BranchTreeProps {
  rows: readonly TreeRow[]
  voices: ReadonlyMap<string, number>
  /** Names of the branches that end in a message. */
  endsHere: ReadonlyMap<string, readonly string[]>
  shownId: string | null
  chosenId: string | null
  /** A turn was chosen: it is shown, and can be acted on. */
  onChoose: (messageId: string) => void
  /** Turns that were left out above a message are asked for. */
  onUnfold: (messageId: string) => void
}

const ROW_PX = 32

/** The tree of a conversation. One tab stop; arrows go up and down, to the turn above and below, Enter shows it. */
export function BranchTree(props: BranchTreeProps) {
  const { rows, voices, endsHere, shownId, chosenId, onChoose, onUnfold } = props
  const { t } = useLingui()
  const base = useId()
  const box = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | null>(null)
  const found = rows.findIndex((row) => keyOf(row) === active)
  const at = found >= 0 ? found : Math.max(0, rows.findIndex((row) => row.left === null && row.stop.id === shownId))
  const open = (row: TreeRow | undefined): void => {
    if (row === undefined) return
    setActive(keyOf(row))
    if (row.left === null) onChoose(row.stop.id)
    else onUnfold(row.stop.id)
  }
  const move = (event: KeyboardEvent): void => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault()
      open(rows[at])
      return
    }
    const isRtl = getComputedStyle(event.currentTarget).direction === "rtl"
    const next = nextRow(rows, at, event.key, isRtl)
    const row = next === null ? undefined : rows[next]
    if (next === null || row === undefined) return
    event.preventDefault()
    setActive(keyOf(row))
    reveal(box.current, next, rows.length)
  }
  return (
    <div
      ref={box}
      role="tree"
      tabIndex={0}
      aria-label={t`Turns of all branches`}
      aria-activedescendant={`${base}-${at}`}
      onKeyDown={move}
      className="group/tree rounded-2 outline-offset-0"
    >
      <WindowedRows count={rows.length} height={ROW_PX} keyOf={(place) => keyAt(rows, place)}>
        {(drawn) => (
          <div ref={drawn.hold} role="presentation">
            <Gap as="div" height={drawn.before} />
            {drawn.rows.map((place) => {
              const row = rows[place]
              return row === undefined ? null : (
                <TreeLine
                  key={keyOf(row)}
                  id={`${base}-${place}`}
                  place={place}
                  row={row}
                  voice={voices.get(row.stop.author ?? "") ?? 6}
                  names={endsHere.get(row.stop.id) ?? []}
                  isShown={row.left === null && row.stop.id === shownId}
                  isChosen={row.left === null && row.stop.id === chosenId}
                  isActive={place === at}
                  measure={drawn.measure}
                  onOpen={() => open(row)}
                />
              )
            })}
            <Gap as="div" height={drawn.after} />
          </div>
        )}
      </WindowedRows>
    </div>
  )
}

function keyOf(row: TreeRow): string {
  return row.left === null ? row.stop.id : `above ${row.stop.id}`
}

function keyAt(rows: readonly TreeRow[], place: number): string {
  const row = rows[place]
  return row === undefined ? String(place) : keyOf(row)
}

/** Where a key leads: to a neighbour, an end, the turn above or the first one below; null if it leads nowhere. */
function nextRow(rows: readonly TreeRow[], at: number, key: string, isRtl: boolean): number | null {
  const inward = isRtl ? "ArrowLeft" : "ArrowRight"
  const outward = isRtl ? "ArrowRight" : "ArrowLeft"
  if (key === "ArrowDown") return Math.min(rows.length - 1, at + 1)
  if (key === "ArrowUp") return Math.max(0, at - 1)
  if (key === "Home") return 0
  if (key === "End") return rows.length - 1
  const level = rows[at]?.level ?? 1
  if (key === inward) return (rows[at + 1]?.level ?? 0) > level ? at + 1 : null
  if (key !== outward) return null
  const above = rows.findLastIndex((row, place) => place < at && row.level < level)
  return above < 0 ? null : above
}

/** Scroll a row into view, also one that is not drawn yet. */
function reveal(tree: HTMLElement | null, place: number, count: number): void {
  const scroller = tree?.closest<HTMLElement>("[data-scroller]")
  if (!tree || !scroller) return
  const height = tree.offsetHeight / count
  const top = tree.getBoundingClientRect().top - scroller.getBoundingClientRect().top + place * height
  if (top < 0) scroller.scrollTop += top
  else if (top + height > scroller.clientHeight) scroller.scrollTop += top + height - scroller.clientHeight
}
