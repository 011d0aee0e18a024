import type { OpenDialog } from "@/features/conversations/list/open-dialog"
import { FolderDialog } from "@/features/conversations/list/dialogs/folder-dialog"
import { MoveDialog } from "@/features/conversations/list/dialogs/move-dialog"
import { MoveFolderDialog } from "@/features/conversations/list/dialogs/move-folder-dialog"
import { SaveTemplateDialog } from "@/features/conversations/list/dialogs/save-template-dialog"
import { TagsDialog } from "@/features/conversations/list/dialogs/tags-dialog"
import { TemplatesDialog } from "@/features/conversations/list/dialogs/templates-dialog"
import { lazy } from "@/lib/lazy"

const ExportDialog = lazy(() =>
  import("@/features/conversations/exchange/export-dialog").then((module) => ({ default: module.ExportDialog })),
)

const ImportDialog = lazy(() =>
  import("@/features/conversations/exchange/import-dialog").then((module) => ({ default: module.ImportDialog })),
)

interface ConversationDialogProps {
  open: OpenDialog
  onClose: () => void
}

/** The dialog that is open. */
export function ConversationDialog({ open, onClose }: ConversationDialogProps) {
  switch (open.kind) {
    case "move":
      return <MoveDialog ids={open.ids} onClose={onClose} />
    case "tags":
      return <TagsDialog ids={open.ids} tags={open.tags} onClose={onClose} />
    case "folder":
      return <FolderDialog parentId={open.parentId} folder={open.folder} ids={open.ids} onClose={onClose} />
    case "move-folder":
      return <MoveFolderDialog folder={open.folder} onClose={onClose} />
    case "templates":
      return <TemplatesDialog onClose={onClose} />
    case "save-template":
      return <SaveTemplateDialog id={open.id} title={open.title} onClose={onClose} />
    case "import":
      return <ImportDialog onClose={onClose} />
    case "export":
      return <ExportDialog ids={open.ids} onClose={onClose} />
  }
}
