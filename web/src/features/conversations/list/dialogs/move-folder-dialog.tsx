import { useLingui } from "@lingui/react/macro"
import { Dialog } from "@/components/ui/dialog"
import { changeFolder } from "@/features/conversations/list/api/folders"
import { FolderChoice } from "@/features/conversations/list/dialogs/folder-choice"
import { isWithin } from "@/features/conversations/list/folders"

interface MoveFolderDialogProps {
  folder: { id: string; name: string }
  onClose: () => void
}

/** Puts a folder into another one, or at the top. */
export function MoveFolderDialog({ folder, onClose }: MoveFolderDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Move ${folder.name}`} isOpen onClose={onClose}>
      <FolderChoice
        none={t`At the top`}
        isOffered={(one, folders) => !isWithin(folders, one.id, folder.id)}
        onChoose={(into) => {
          void changeFolder(folder.id, { parent_id: into?.id ?? null })
          onClose()
        }}
      />
    </Dialog>
  )
}
