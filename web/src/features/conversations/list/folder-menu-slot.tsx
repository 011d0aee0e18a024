import { MoreHorizontal } from "lucide-react"
import { Suspense, useState } from "react"
import type { Folder } from "@/features/conversations/list/folders"
import { DOTS_LOOK } from "@/features/conversations/list/row-menu-slot"
import { lazy } from "@/lib/lazy"

const FolderMenu = lazy(() => import("@/features/conversations/list/folder-menu").then((module) => ({ default: module.FolderMenu })))

interface FolderMenuSlotProps {
  folder: Folder
  label: string
}

/** Three dots at the end of a folder; its menu is loaded when it is first wanted. */
export function FolderMenuSlot({ folder, label }: FolderMenuSlotProps) {
  const [isWanted, setIsWanted] = useState(false)
  const dots = (
    <button type="button" tabIndex={-1} aria-haspopup="menu" aria-label={label} onClick={() => setIsWanted(true)} className={DOTS_LOOK}>
      <MoreHorizontal aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </button>
  )
  if (!isWanted) return dots
  return (
    <Suspense fallback={dots}>
      <FolderMenu folder={folder} label={label} />
    </Suspense>
  )
}
