import { useLingui } from "@lingui/react/macro"
import { Archive, ArchiveRestore, CopyCheck, Download, FolderInput, LayoutTemplate, Mail, MailOpen, MoreHorizontal, Pencil, Pin, PinOff, Tag, Trash2 } from "lucide-react"
import type { ReactNode } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import type { Listed } from "@/features/conversations/api/conversations"
import { endTemporary, markRead } from "@/features/conversations/list/act"
import { openDialog } from "@/features/conversations/list/open-dialog"
import { useList } from "@/features/conversations/list/list-context"
import { DOTS_LOOK } from "@/features/conversations/list/row-menu-slot"
import { useOpenAtOnce } from "@/components/ui/use-open-at-once"
import { sortMany } from "@/features/conversations/list/sorting"
import { navigate } from "@/router"

/** Everything that can be done with a conversation of the list. It opens at once, for it is made when it is wanted. */
export function RowMenu({ conversation }: { conversation: Listed }) {
  const { t } = useLingui()
  const { id, title, unread, pinned_at_ms: pinnedAt, is_temporary: isTemporary } = conversation
  const list = useList()
  const button = useOpenAtOnce()
  const ids = list.about(id)
  const dots = (props: TriggerProps): ReactNode => (
    <button {...props} ref={button} type="button" tabIndex={-1} aria-label={t`What can be done`} className={DOTS_LOOK}>
      <MoreHorizontal aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </button>
  )
  return (
    <Menu
      label={title === "" ? t`New conversation` : title}
      align="end"
      trigger={dots}
    >
      <MenuItem icon={Pencil} keys="F2" onChoose={() => list.rename(id)}>{t`Rename`}</MenuItem>
      {isTemporary ? (
        <MenuItem
          icon={Trash2}
          tone="danger"
          onChoose={() => void endTemporary(id).then(() => navigate({ to: "/" }))}
        >{t`End and forget`}</MenuItem>
      ) : (
        <>
          <MenuItem icon={pinnedAt === null ? Pin : PinOff} onChoose={() => sortMany(pinnedAt === null ? "pin" : "unpin", ids)}>
            {pinnedAt === null ? t`Pin` : t`Unpin`}
          </MenuItem>
          <MenuItem icon={unread > 0 ? MailOpen : Mail} onChoose={() => markRead(id, unread > 0)}>
            {unread > 0 ? t`Mark as read` : t`Mark as unread`}
          </MenuItem>
          <MenuItem icon={FolderInput} onChoose={() => openDialog({ kind: "move", ids })}>{t`Move to a folder …`}</MenuItem>
          <MenuItem icon={Tag} onChoose={() => openDialog({ kind: "tags", ids, tags: conversation.tags })}>{t`Tags …`}</MenuItem>
          <MenuItem icon={LayoutTemplate} onChoose={() => openDialog({ kind: "save-template", id, title })}>{t`Save as a template …`}</MenuItem>
          <MenuLine />
          <MenuItem icon={Download} onChoose={() => openDialog({ kind: "export", ids })}>{t`Export …`}</MenuItem>
          <MenuItem icon={CopyCheck} onChoose={() => list.choose(id, "one")}>{t`Select`}</MenuItem>
          <MenuLine />
          <MenuItem icon={list.isArchive ? ArchiveRestore : Archive} onChoose={() => sortMany(list.isArchive ? "unarchive" : "archive", ids)}>
            {list.isArchive ? t`Take out of the archive` : t`Archive`}
          </MenuItem>
          <MenuItem icon={Trash2} tone="danger" keys="Del" onChoose={() => sortMany("delete", ids)}>{t`Delete`}</MenuItem>
        </>
      )}
    </Menu>
  )
}
