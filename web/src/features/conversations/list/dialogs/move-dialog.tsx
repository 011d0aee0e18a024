import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { FolderChoice } from "@/features/conversations/list/dialogs/folder-choice"
import { openDialog } from "@/features/conversations/list/open-dialog"
import { moveMany } from "@/features/conversations/list/sorting"

interface MoveDialogProps {
  ids: readonly string[]
  onClose: () => void
}

/** Puts conversations into a folder, or out of all. */
export function MoveDialog({ ids, onClose }: MoveDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog
      title={t`Move to a folder`}
      isOpen
      onClose={onClose}
      footer={
        <Button look="outline" onClick={() => openDialog({ kind: "folder", parentId: null, folder: null, ids })}>
          {t`New folder …`}
        </Button>
      }
    >
      <FolderChoice
        none={t`No folder`}
        onChoose={(folder) => {
          moveMany(ids, folder)
          onClose()
        }}
      />
    </Dialog>
  )
}
