import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { ChevronRight, Folder as FolderIcon, FolderOpen } from "lucide-react"
import { type DragEvent, type MouseEvent, type SyntheticEvent, useRef, useState } from "react"
import { changeFolder } from "@/features/conversations/list/api/folders"
import { carry, whatIsCarried } from "@/features/conversations/list/carried"
import { FolderMenuSlot } from "@/features/conversations/list/folder-menu-slot"
import { type Folder, isWithin } from "@/features/conversations/list/folders"
import { moveMany } from "@/features/conversations/list/sorting"
import { formatCount } from "@/lib/format"

interface FolderRowProps {
  folder: Folder
  folders: readonly Folder[]
  depth: number
  /** Null where nothing is in it that could be shown. */
  isOpen: boolean | null
  /** Whether a folder of the tree has others in it: where none has, no room is kept for opening them. */
  hasDepth: boolean
  isShown: boolean
  isStop: boolean
  onFocus: () => void
  onOpen: (isOpen: boolean) => void
  onShow: () => void
}

const OPEN_AFTER_MS = 600
const keep = (event: SyntheticEvent): void => event.stopPropagation()

/** One folder: shows what is in it, takes what is dropped on it, and can itself be dragged into another. */
export function FolderRow({ folder, folders, depth, isOpen, hasDepth, isShown, isStop, onFocus, onOpen, onShow }: FolderRowProps) {
  const { t, i18n } = useLingui()
  const [isOver, setIsOver] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const row = useRef<HTMLDivElement>(null)
  const Icon = isShown ? FolderOpen : FolderIcon

  const fits = (): boolean => {
    const what = whatIsCarried()
    return what !== null && (what.kind === "conversations" || !isWithin(folders, folder.id, what.id))
  }
  const over = (event: DragEvent): void => {
    if (!fits()) return
    event.preventDefault()
    event.dataTransfer.dropEffect = "move"
    if (isOver) return
    setIsOver(true)
    if (isOpen === false) timer.current = setTimeout(() => onOpen(true), OPEN_AFTER_MS)
  }
  const leave = (): void => {
    clearTimeout(timer.current)
    setIsOver(false)
  }
  const drop = (event: DragEvent): void => {
    const what = whatIsCarried()
    leave()
    if (what === null || !fits()) return
    event.preventDefault()
    if (what.kind === "conversations") moveMany(what.ids, folder)
    else void changeFolder(what.id, { parent_id: folder.id })
  }
  const toggle = (event: MouseEvent): void => {
    event.stopPropagation()
    onOpen(isOpen === false)
  }
  const ground = isOver ? "bg-accent-soft text-text outline-2 outline-accent -outline-offset-2" : isShown ? "bg-selected text-text" : "text-text-2 hover:bg-hover hover:text-text"
  return (
    <div
      ref={row}
      role="none"
      className="group/row relative"
      onContextMenu={(event) => {
        event.preventDefault()
        row.current?.querySelector<HTMLElement>("[aria-haspopup]")?.click()
      }}
    >
      <div
        role="treeitem"
        data-folder={folder.id}
        aria-level={depth + 1}
        aria-expanded={isOpen ?? undefined}
        aria-selected={isShown}
        tabIndex={isStop ? 0 : -1}
        draggable
        onDragStart={(event) => carry(event, { kind: "folder", id: folder.id })}
        onDragOver={over}
        onDragLeave={leave}
        onDrop={drop}
        onFocus={onFocus}
        onClick={onShow}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return
          event.preventDefault()
          onShow()
        }}
        className={`quick flex h-(--row) cursor-pointer items-center gap-1.5 rounded-2 pe-2 text-ui -outline-offset-2 select-none ${ground}`}
        style={{ paddingInlineStart: `${hasDepth ? depth * 0.75 + 0.25 : 0.5}rem` }}
      >
        {isOpen === null ? (
          hasDepth ? <span className="size-6 shrink-0" /> : null
        ) : (
          <span aria-hidden="true" onClick={toggle} className="grid size-6 shrink-0 place-items-center rounded-1 hover:bg-active">
            <ChevronRight className={`size-3.5 ${isOpen ? "rotate-90" : "rtl:-scale-x-100"}`} strokeWidth={2} />
          </span>
        )}
        <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
        <span dir="auto" className="names min-w-0 flex-1 truncate">
          {folder.name}
        </span>
        <span aria-hidden="true" className="text-caption tabular-nums group-focus-within/row:invisible group-hover/row:invisible pointer-coarse:visible pointer-coarse:me-(--dots)">
          {folder.conversations > 0 ? formatCount(folder.conversations, i18n.locale) : ""}
        </span>
        <span className="sr-only">{t`${plural(folder.conversations, { one: "# conversation", other: "# conversations" })}`}</span>
        {/* A tree has nothing but its items, so the menu is within one; what happens in it is not a choice of the row. */}
        <span role="presentation" onClick={keep} onKeyDown={keep} className="contents">
          <FolderMenuSlot folder={folder} label={t`What can be done with ${folder.name}`} />
        </span>
      </div>
    </div>
  )
}
