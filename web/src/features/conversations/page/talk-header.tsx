import { useLingui } from "@lingui/react/macro"
import { Ellipsis, GitBranch, HatGlasses, PanelRight, Pencil } from "lucide-react"
import { useState } from "react"
import { PageHeader } from "@/components/shell/page-header"
import { Chip } from "@/components/ui/chip"
import { IconButton } from "@/components/ui/icon-button"
import { MenuSlot } from "@/components/ui/menu-slot"
import { acts } from "@/features/conversations/api/acts"
import type { Conversation } from "@/features/conversations/api/conversations"
import { shortName } from "@/features/conversations/page/speakers"
import { useTalk } from "@/features/conversations/page/talk-context"
import { TitleField } from "@/features/conversations/page/title-field"
import { lazy } from "@/lib/lazy"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"

const TalkMenu = lazy(() => import("@/features/conversations/page/talk-menu").then((module) => ({ default: module.TalkMenu })))

interface TalkHeaderProps {
  conversation: Conversation
  branchId: string
  isInspected: boolean
  onInspect: () => void
}

/** The title, the branch that is shown, the model, and what can be done with the whole. */
export function TalkHeader({ conversation, branchId, isInspected, onInspect }: TalkHeaderProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const [isRenaming, setIsRenaming] = useState(false)
  const title = conversation.title || t`New conversation`
  const branch = conversation.branches.length > 1 ? conversation.branches.find(({ id }) => id === branchId) : undefined
  const { model } = conversation.settings
  const shownModel = typeof model === "string" ? shortName(model) : undefined
  const note = [branch?.name, shownModel].filter((one) => one !== undefined).join(" · ")
  const rename = (text: string): void => {
    setIsRenaming(false)
    if (text !== "" && text !== conversation.title) talk.act(acts.change(conversation.id, { title: text }))
  }
  return (
    <PageHeader
      title={title}
      note={note}
      editor={isRenaming ? <TitleField title={conversation.title} onDone={rename} /> : null}
      aside={
        <>
          {isRenaming ? null : (
            <span className="-ms-2 hidden sm:contents">
              <IconButton label={t`Rename`} onClick={() => setIsRenaming(true)}>
                <Pencil aria-hidden="true" className="size-3.5" strokeWidth={1.75} />
              </IconButton>
            </span>
          )}
          {conversation.is_temporary ? (
            <span title={t`Nothing of this is kept: it ends some time after its last use, or with the server.`}>
              <Chip>
                <HatGlasses aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={1.75} />
                {t`Temporary`}
              </Chip>
            </span>
          ) : null}
          {branch === undefined ? null : (
            <span className="hidden sm:contents">
              <Chip>
                <GitBranch aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={1.75} />
                <bdi className="max-w-40 truncate">{branch.name}</bdi>
              </Chip>
            </span>
          )}
          {typeof model === "string" ? (
            <bdi className="hidden truncate text-ui text-text-2 sm:inline" title={model}>
              {shownModel}
            </bdi>
          ) : null}
        </>
      }
      actions={
        <>
          <MenuSlot
            label={t`What can be done with the conversation`}
            menu={<TalkMenu conversation={conversation} onRename={() => setIsRenaming(true)} />}
          >
            <Ellipsis aria-hidden="true" className="size-4" strokeWidth={1.75} />
          </MenuSlot>
          <IconButton
            label={isInspected ? t`Hide the inspector` : t`Show the inspector`}
            keys={showKeys("mod+.", isAppleDevice()).join(" ")}
            isOn={isInspected}
            aria-expanded={isInspected}
            onClick={onInspect}
          >
            <PanelRight aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
          </IconButton>
        </>
      }
    />
  )
}
