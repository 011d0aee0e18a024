import { useLingui } from "@lingui/react/macro"
import { Copy, Ellipsis, GitBranch, Pencil, Pin, PinOff, Quote, RefreshCw, StepForward, Trash2, Type, Volume2, EyeOff, Eye } from "lucide-react"
import { lazy, type ReactNode, Suspense, useState } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import type { Message } from "@/features/conversations/api/messages"
import { useTurnActs } from "@/features/conversations/page/acts/use-turn-acts"
import { useTalk } from "@/features/conversations/page/talk-context"

interface TurnActionsProps {
  message: Message
}

const RegenerateDialog = lazy(() =>
  import("@/features/conversations/page/acts/regenerate-dialog").then((module) => ({ default: module.RegenerateDialog })),
)

/** What can be done with a turn: the frequent as buttons, the rest in a menu. */
export function TurnActions({ message }: TurnActionsProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const acts = useTurnActs()
  const [isChoosing, setIsChoosing] = useState(false)
  const isAnswer = message.role === "assistant"
  const edit = (): void => talk.edit(message.id)
  if (message.content === null) return null
  return (
    <div role="toolbar" aria-label={t`Actions`} className="flex items-center">
      <Act label={t`Copy`} keys="C" onClick={() => acts.copy(message)}>
        <Copy {...ICON} />
      </Act>
      {isAnswer ? (
        <Act label={t`Regenerate`} keys="R" onClick={() => acts.regenerate(message)}>
          <RefreshCw {...ICON} />
        </Act>
      ) : (
        <Act label={t`Edit`} keys="E" onClick={edit}>
          <Pencil {...ICON} />
        </Act>
      )}
      <Act label={t`Branch from here`} keys="B" onClick={() => acts.branch(message)}>
        <GitBranch {...ICON} />
      </Act>
      <Menu
        label={t`More actions`}
        trigger={drawTrigger}
      >
        <MenuItem icon={Type} onChoose={() => acts.copyPlain(message)}>{t`Copy as plain text`}</MenuItem>
        <MenuItem icon={Quote} onChoose={() => acts.quote(message)}>{t`Quote`}</MenuItem>
        <MenuItem icon={Volume2} onChoose={() => acts.readAloud(message)}>{t`Read aloud`}</MenuItem>
        <MenuLine />
        {isAnswer ? <MenuItem icon={Pencil} keys="E" onChoose={edit}>{t`Edit`}</MenuItem> : null}
        <MenuItem icon={RefreshCw} onChoose={() => setIsChoosing(true)}>{t`Regenerate with ...`}</MenuItem>
        {isAnswer ? <MenuItem icon={StepForward} onChoose={() => acts.goOn(message)}>{t`Continue`}</MenuItem> : null}
        <MenuLine />
        <MenuItem icon={message.pinned_at_ms === null ? Pin : PinOff} onChoose={() => acts.pin(message)}>
          {message.pinned_at_ms === null ? t`Pin` : t`Unpin`}
        </MenuItem>
        <MenuItem icon={message.excluded_at_ms === null ? EyeOff : Eye} onChoose={() => acts.leaveOut(message)}>
          {message.excluded_at_ms === null ? t`Leave out of the context` : t`Take into the context`}
        </MenuItem>
        <MenuItem icon={Trash2} tone="danger" onChoose={() => acts.remove(message)}>{t`Delete`}</MenuItem>
      </Menu>
      <Suspense>
        {isChoosing ? (
          <RegenerateDialog onClose={() => setIsChoosing(false)} onChoose={(models) => acts.regenerate(message, models)} />
        ) : null}
      </Suspense>
    </div>
  )
}

const ICON = { "aria-hidden": true, className: "size-4", strokeWidth: 1.75 } as const

interface ActProps {
  label: string
  keys: string
  onClick: () => void
  children: ReactNode
}

function Act({ children, ...rest }: ActProps) {
  return <IconButton {...rest}>{children}</IconButton>
}

function drawTrigger(props: TriggerProps): ReactNode {
  return <MoreButton {...props} />
}

function MoreButton(props: TriggerProps) {
  const { t } = useLingui()
  return (
    <IconButton {...props} label={t`More actions`}>
      <Ellipsis {...ICON} />
    </IconButton>
  )
}
