import { useLingui } from "@lingui/react/macro"
import { Archive, Ellipsis, GitBranch, Link2, Pencil, Pin, PinOff, Share2, Trash2 } from "lucide-react"
import { type ReactNode, Suspense, useState } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import { toast } from "@/components/ui/toast"
import { useOpenAtOnce } from "@/components/ui/use-open-at-once"
import { acts } from "@/features/conversations/api/acts"
import type { Conversation } from "@/features/conversations/api/conversations"
import { endTemporary } from "@/features/conversations/list/act"
import { tellCopied } from "@/features/conversations/page/acts/tell-copied"
import { useTalk } from "@/features/conversations/page/talk-context"
import { ShareDialog } from "@/features/conversations/share"
import { copyText } from "@/lib/clipboard"
import { navigate } from "@/router"

interface TalkMenuProps {
  conversation: Conversation
  onRename: () => void
}

/** What can be done with a conversation as a whole. It opens at once, for it is made when it is wanted. */
export function TalkMenu({ conversation, onRename }: TalkMenuProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const button = useOpenAtOnce()
  const [isSharing, setIsSharing] = useState(false)
  const { id, branches, is_temporary: isTemporary } = conversation
  const isPinned = conversation.pinned_at_ms !== null
  const remove = (): void => {
    talk.act(acts.remove(id))
    toast({ text: t`The conversation was deleted.`, undo: () => talk.act(acts.restore(id)) })
    navigate({ to: "/" })
  }
  const archive = (): void => {
    talk.act(acts.sort({ act: "archive", ids: [id] }))
    toast({ text: t`The conversation was archived.`, undo: () => talk.act(acts.sort({ act: "unarchive", ids: [id] })) })
    navigate({ to: "/" })
  }
  const dots = (props: TriggerProps): ReactNode => (
    <IconButton {...props} ref={button} label={t`What can be done with the conversation`}>
      <Ellipsis aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </IconButton>
  )
  return (
    <>
      <Menu label={t`Conversation`} align="end" trigger={dots}>
        <MenuItem icon={Pencil} onChoose={onRename}>{t`Rename`}</MenuItem>
        {isTemporary ? null : (
          <MenuItem icon={isPinned ? PinOff : Pin} onChoose={() => talk.act(acts.sort({ act: isPinned ? "unpin" : "pin", ids: [id] }))}>
            {isPinned ? t`Unpin` : t`Pin`}
          </MenuItem>
        )}
        <MenuItem icon={Share2} isDisabled={isTemporary} onChoose={() => setIsSharing(true)}>{t`Share`}</MenuItem>
        <MenuItem icon={Link2} onChoose={() => void copyText(location.href).then(tellCopied)}>{t`Copy the link`}</MenuItem>
        {branches.length > 1 ? <MenuLine /> : null}
        {branches.length > 1
          ? branches.slice(0, MOST_BRANCHES).map((branch) => (
              <MenuItem key={branch.id} icon={GitBranch} isChosen={branch.id === talk.branchId} onChoose={() => talk.switchTo(branch.id)}>
                <bdi>{branch.name}</bdi>
              </MenuItem>
            ))
          : null}
        <MenuLine />
        {isTemporary ? (
          <MenuItem
            icon={Trash2}
            tone="danger"
            onChoose={() => void endTemporary(id).then(() => navigate({ to: "/" }))}
          >{t`End and forget`}</MenuItem>
        ) : (
          <>
            <MenuItem icon={Archive} onChoose={archive}>{t`Archive`}</MenuItem>
            <MenuItem icon={Trash2} tone="danger" onChoose={remove}>{t`Delete`}</MenuItem>
          </>
        )}
      </Menu>
      <Suspense>
        {isSharing ? <ShareDialog conversationId={id} branchId={talk.branchId} onClose={() => setIsSharing(false)} /> : null}
      </Suspense>
    </>
  )
}

const MOST_BRANCHES = 20
