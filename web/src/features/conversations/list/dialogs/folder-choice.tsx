import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Folder as FolderIcon, FolderX } from "lucide-react"
import { type KeyboardEvent, useState } from "react"
import { foldersQuery } from "@/features/conversations/api/conversations"
import { type Folder, placeFolders } from "@/features/conversations/list/folders"
import { moveWithArrows } from "@/lib/roving"

interface FolderChoiceProps {
  /** What stands for no folder. */
  none: string
  isOffered?: (folder: Folder, folders: readonly Folder[]) => boolean
  onChoose: (folder: Folder | null) => void
}

/** All folders to choose one of: a list, one tab stop. */
export function FolderChoice({ none, isOffered, onChoose }: FolderChoiceProps) {
  const { t } = useLingui()
  const { data: folders = [] } = useQuery(foldersQuery())
  const [stop, setStop] = useState<string | null>(null)
  const placed = placeFolders(folders, () => true).filter(({ folder }) => isOffered?.(folder, folders) ?? true)
  const look = "quick flex h-(--row) w-full items-center gap-2 rounded-2 px-2 text-start text-ui hover:bg-hover"
  const row = (id: string | null) => ({
    type: "button" as const,
    "data-roving": true,
    "data-first-focus": id === null ? true : undefined,
    tabIndex: id === stop ? 0 : -1,
    onFocus: () => setStop(id),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => moveWithArrows(event),
    className: look,
  })
  return (
    <ul aria-label={t`Folders`} className="flex flex-col gap-0.5">
      <li>
        <button {...row(null)} onClick={() => onChoose(null)}>
          <FolderX aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
          {none}
        </button>
      </li>
      {placed.map(({ folder, depth }) => (
        <li key={folder.id} style={{ paddingInlineStart: `${depth}rem` }}>
          <button {...row(folder.id)} onClick={() => onChoose(folder)}>
            <FolderIcon aria-hidden="true" className="size-4 shrink-0 text-text-2" strokeWidth={1.75} />
            <span dir="auto" className="min-w-0 flex-1 truncate text-start">
              {folder.name}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
