import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { Chip } from "@/components/ui/chip"
import type { TreeRow } from "@/features/conversations/inspector/tree-rows"
import { TreeRails } from "@/features/conversations/inspector/tree-rails"

interface TreeLineProps {
  id: string
  /** Where it stands among all rows. */
  place: number
  row: TreeRow
  voice: number
  /** The branches that end here. */
  names: readonly string[]
  isShown: boolean
  isChosen: boolean
  isActive: boolean
  measure: (row: Element | null) => void
  onOpen: () => void
}

/** One row of the tree: its lines, and how what was said begins. */
export function TreeLine({ id, place, row, voice, names, isShown, isChosen, isActive, measure, onOpen }: TreeLineProps) {
  const { t } = useLingui()
  const { stop, left } = row
  const words = stop.is_deleted ? t`Deleted` : stop.words || t`Nothing in words`
  const turns = left === null ? "" : plural(left, { one: "# more turn", other: "# more turns" })
  const who = stop.author_kind === "person" || stop.author === null ? "" : `${stop.author}, `
  const ground = isChosen ? "bg-selected" : "hover:bg-hover"
  const ring = isActive ? "group-focus-visible/tree:outline-2 group-focus-visible/tree:outline-focus" : ""
  return (
    // The tree has the keyboard; a press on a row is the same for the mouse.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={measure}
      data-index={place}
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-selected={isChosen}
      aria-current={isShown ? "true" : undefined}
      onClick={onOpen}
      className={`flex min-h-(--row) cursor-pointer items-stretch gap-2 rounded-1 -outline-offset-2 ${ground} ${ring}`}
    >
      <TreeRails row={row} voice={voice} isShown={isShown} />
      <span
        dir="auto"
        className={`names min-w-0 flex-1 self-center truncate text-ui ${isShown ? "font-semibold text-text" : row.isOn ? "text-text" : "text-text-2"} ${left === null ? "" : "italic"}`}
      >
        {left === null ? `${who}${words}` : turns}
      </span>
      {left === null
        ? names.map((name) => (
            <span key={name} className="max-w-24 shrink-0 self-center">
              <Chip>
                <bdi className="truncate">{name}</bdi>
              </Chip>
            </span>
          ))
        : null}
    </div>
  )
}
