import { useLingui } from "@lingui/react/macro"
import { FolderInput, FolderPlus, MoreHorizontal, Pencil, Trash2 } from "lucide-react"
import type { ReactNode } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import { removeFolder } from "@/features/conversations/list/api/folders"
import { openDialog } from "@/features/conversations/list/open-dialog"
import type { Folder } from "@/features/conversations/list/folders"
import { DOTS_LOOK } from "@/features/conversations/list/row-menu-slot"
import { useOpenAtOnce } from "@/components/ui/use-open-at-once"

interface FolderMenuProps {
  folder: Folder
  label: string
}

/** What can be done with a folder. */
export function FolderMenu({ folder, label }: FolderMenuProps) {
  const { t } = useLingui()
  const button = useOpenAtOnce()
  const { id, name } = folder
  const dots = (props: TriggerProps): ReactNode => (
    <button {...props} ref={button} type="button" tabIndex={-1} aria-label={label} className={DOTS_LOOK}>
      <MoreHorizontal aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </button>
  )
  return (
    <Menu
      label={label}
      align="end"
      trigger={dots}
    >
      <MenuItem icon={Pencil} onChoose={() => openDialog({ kind: "folder", parentId: folder.parent_id, folder: { id, name } })}>{t`Rename`}</MenuItem>
      <MenuItem icon={FolderPlus} onChoose={() => openDialog({ kind: "folder", parentId: id, folder: null })}>{t`New folder inside …`}</MenuItem>
      <MenuItem icon={FolderInput} onChoose={() => openDialog({ kind: "move-folder", folder: { id, name } })}>{t`Move to a folder …`}</MenuItem>
      <MenuLine />
      <MenuItem icon={Trash2} tone="danger" onChoose={() => removeFolder(folder)}>{t`Delete the folder`}</MenuItem>
    </Menu>
  )
}
