import { useLingui } from "@lingui/react/macro"
import { type KeyboardEvent, useState } from "react"
import { type Folder, placeFolders } from "@/features/conversations/list/folders"
import { FolderRow } from "@/features/conversations/list/folder-row"
import type { View } from "@/features/conversations/list/view"

interface FolderTreeProps {
  /** At least one. */
  folders: readonly Folder[]
  view: View
  onView: (view: View) => void
}

/** The folders above the list: a tree, one tab stop; what is dropped on a folder goes into it. */
export function FolderTree({ folders, view, onView }: FolderTreeProps) {
  const { t } = useLingui()
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [focused, setFocused] = useState<string | null>(null)
  const placed = placeFolders(folders, (id) => open.has(id))
  const hasDepth = placed.some(({ hasChildren }) => hasChildren)
  const shown = view.kind === "folder" ? view.id : null
  const stop = [focused, shown].find((id) => placed.some(({ folder }) => folder.id === id)) ?? placed[0]?.folder.id
  const setIsOpen = (id: string, isOpen: boolean): void => {
    const next = new Set(open)
    if (isOpen) next.add(id)
    else next.delete(id)
    setOpen(next)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = placed.findIndex(({ folder }) => folder.id === stop)
    const here = placed[at]
    if (here === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const isRtl = getComputedStyle(event.currentTarget).direction === "rtl"
    const [inward, outward] = isRtl ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"]
    const isOpen = open.has(here.folder.id)
    const up = placed.findLastIndex(({ depth }, place) => place < at && depth < here.depth)
    const moves: Record<string, number | (() => void)> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: placed.length - 1,
      [inward ?? ""]: isOpen ? at + 1 : () => setIsOpen(here.folder.id, true),
      [outward ?? ""]: isOpen ? () => setIsOpen(here.folder.id, false) : up,
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    if (typeof move === "function") return move()
    const next = placed[move]?.folder.id
    if (next === undefined) return
    setFocused(next)
    event.currentTarget.querySelector<HTMLElement>(`[data-folder="${CSS.escape(next)}"]`)?.focus()
  }
  return (
    <div role="tree" tabIndex={-1} aria-label={t`Folders`} onKeyDown={onKeyDown} className="flex flex-col gap-0.5 pb-1 outline-none">
      {placed.map(({ folder, depth, hasChildren }) => (
        <FolderRow
          key={folder.id}
          folder={folder}
          folders={folders}
          depth={depth}
          hasDepth={hasDepth}
          isOpen={hasChildren ? open.has(folder.id) : null}
          isShown={folder.id === shown}
          isStop={folder.id === stop}
          onFocus={() => setFocused(folder.id)}
          onOpen={(isOpen) => setIsOpen(folder.id, isOpen)}
          onShow={() => onView({ kind: "folder", id: folder.id, name: folder.name })}
        />
      ))}
    </div>
  )
}
