import { useLingui } from "@lingui/react/macro"
import { useId } from "react"
import { Button } from "@/components/ui/button"
import { Dialog } from "@/components/ui/dialog"
import { TextField } from "@/components/ui/text-field"
import { changeFolder, makeFolder } from "@/features/conversations/list/api/folders"
import { moveMany } from "@/features/conversations/list/sorting"

interface FolderDialogProps {
  parentId: string | null
  /** The one that gets another name; null makes a new one. */
  folder: { id: string; name: string } | null
  /** What is put into it once it is made. */
  ids?: readonly string[] | undefined
  onClose: () => void
}

/** A folder's name. */
export function FolderDialog({ parentId, folder, ids, onClose }: FolderDialogProps) {
  const { t } = useLingui()
  const form = useId()
  const save = async (name: string): Promise<void> => {
    if (folder !== null) {
      await changeFolder(folder.id, { name })
      return
    }
    const made = await makeFolder(name, parentId)
    const id: unknown = made instanceof Object ? Reflect.get(made, "id") : null
    if (typeof id === "string" && ids) moveMany(ids, { id, name })
  }
  return (
    <Dialog
      title={folder === null ? t`New folder` : t`Rename the folder`}
      isOpen
      onClose={onClose}
      footer={
        <Button look="solid" type="submit" form={form}>
          {folder === null ? t`Make the folder` : t`Rename`}
        </Button>
      }
    >
      <form
        id={form}
        action={(data) => {
          const name = String(data.get("name") ?? "").trim()
          if (name === "") return
          void save(name)
          onClose()
        }}
      >
        <TextField name="name" label={t`Name`} initial={folder?.name} isRequired isFirst />
      </form>
    </Dialog>
  )
}
