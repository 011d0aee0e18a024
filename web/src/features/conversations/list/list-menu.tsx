import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Archive, Download, FolderPlus, Ghost, LayoutTemplate, ListFilter, Mail, MessagesSquare, Tag, Upload } from "lucide-react"
import type { ReactNode } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import { tagsQuery } from "@/features/conversations/api/conversations"
import { openDialog } from "@/features/conversations/list/open-dialog"
import { useBeginTemporary } from "@/features/conversations/list/use-begin-temporary"
import { useOpenAtOnce } from "@/components/ui/use-open-at-once"
import type { View } from "@/features/conversations/list/view"

interface ListMenuProps {
  view: View
  onView: (view: View) => void
}

/** Which conversations are shown, and what can be begun from here. */
export function ListMenu({ view, onView }: ListMenuProps) {
  const { t } = useLingui()
  const { data: tags = [] } = useQuery(tagsQuery())
  const button = useOpenAtOnce()
  const beginTemporary = useBeginTemporary()
  const dots = (props: TriggerProps): ReactNode => (
    <IconButton {...props} ref={button} label={t`List and folders`}>
      <ListFilter aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </IconButton>
  )
  return (
    <Menu
      label={t`List and folders`}
      align="end"
      trigger={dots}
    >
      <MenuItem icon={MessagesSquare} isChosen={view.kind === "all"} onChoose={() => onView({ kind: "all" })}>{t`All conversations`}</MenuItem>
      <MenuItem icon={Mail} isChosen={view.kind === "unread"} onChoose={() => onView({ kind: "unread" })}>{t`Unread`}</MenuItem>
      <MenuItem icon={Archive} isChosen={view.kind === "archived"} onChoose={() => onView({ kind: "archived" })}>{t`Archive`}</MenuItem>
      {tags.map(({ id, name }) => (
        <MenuItem key={id} icon={Tag} isChosen={view.kind === "tag" && view.name === name} onChoose={() => onView({ kind: "tag", name })}>
          {name}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={FolderPlus} onChoose={() => openDialog({ kind: "folder", parentId: null, folder: null })}>{t`New folder …`}</MenuItem>
      <MenuItem icon={LayoutTemplate} onChoose={() => openDialog({ kind: "templates" })}>{t`Start from a template …`}</MenuItem>
      <MenuItem icon={Ghost} onChoose={() => void beginTemporary()}>{t`New temporary conversation`}</MenuItem>
      <MenuLine />
      <MenuItem icon={Upload} onChoose={() => openDialog({ kind: "import" })}>{t`Import …`}</MenuItem>
      <MenuItem icon={Download} onChoose={() => openDialog({ kind: "export", ids: null })}>{t`Export everything …`}</MenuItem>
    </Menu>
  )
}
