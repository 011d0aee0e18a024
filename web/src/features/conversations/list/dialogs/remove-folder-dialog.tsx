import { useLingui } from "@lingui/react/macro"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { removeFolder } from "@/features/conversations/list/api/folders"
import { setView } from "@/features/conversations/list/use-view"
import { ALL } from "@/features/conversations/list/view"

interface RemoveFolderDialogProps {
  folder: { id: string; name: string }
  onClose: () => void
}

/** Asks before a folder goes, for it does not come back; what is in it stays. */
export function RemoveFolderDialog({ folder, onClose }: RemoveFolderDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog
      title={t`Delete ${folder.name}?`}
      isOpen
      onClose={onClose}
      footer={
        <Button
          look="danger"
          onClick={() => {
            setView(ALL)
            void removeFolder(folder.id)
            onClose()
          }}
        >
          {t`Delete the folder`}
        </Button>
      }
    >
      <p className="text-ui text-text-2">{t`What is in it moves to the folder above. No conversation is deleted.`}</p>
    </Dialog>
  )
}
