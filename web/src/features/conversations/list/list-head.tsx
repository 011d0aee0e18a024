import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { X } from "lucide-react"
import { Suspense } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { foldersQuery } from "@/features/conversations/api/conversations"
import { ListMenuSlot } from "@/features/conversations/list/list-menu-slot"
import { ALL, type View } from "@/features/conversations/list/view"
import { lazy } from "@/lib/lazy"

const FolderTree = lazy(() => import("@/features/conversations/list/folder-tree").then((module) => ({ default: module.FolderTree })))

interface ListHeadProps {
  view: View
  onView: (view: View) => void
}

/** Above the list: its folders, what it shows if that is not everything, and what can be done with all of it. */
export function ListHead({ view, onView }: ListHeadProps) {
  const { t } = useLingui()
  const { data: folders = [] } = useQuery(foldersQuery())
  const name = {
    all: t`Conversations`,
    unread: t`Unread`,
    archived: t`Archive`,
    folder: view.kind === "folder" ? view.name : "",
    tag: view.kind === "tag" ? view.name : "",
  }[view.kind]
  return (
    <>
      <div className="flex h-(--row) items-center gap-1 ps-2">
        <h2 dir="auto" className="min-w-0 flex-1 truncate text-start text-caption font-medium text-text-3">
          {name}
        </h2>
        {view.kind === "all" ? null : (
          <IconButton label={t`Show all conversations`} onClick={() => onView(ALL)}>
            <X aria-hidden="true" className="size-4" strokeWidth={1.75} />
          </IconButton>
        )}
        <ListMenuSlot view={view} onView={onView} />
      </div>
      <Suspense>{folders.length > 0 ? <FolderTree folders={folders} view={view} onView={onView} /> : null}</Suspense>
    </>
  )
}
