import { useLingui } from "@lingui/react/macro"
import { Copy, Ellipsis, GitBranch, Pencil, RefreshCw } from "lucide-react"
import { type ReactNode } from "react"
import { IconButton } from "@/components/ui/icon-button"
import { MenuSlot } from "@/components/ui/menu-slot"
import type { Message } from "@/features/conversations/api/messages"
import { useTurnActs } from "@/features/conversations/page/acts/use-turn-acts"
import { useTalk } from "@/features/conversations/page/talk-context"
import { TURN_KEYS } from "@/features/conversations/page/turn-keys"
import { useKeyHint } from "@/features/conversations/page/turn/use-key-hint"
import { lazy } from "@/lib/lazy"

interface TurnActionsProps {
  message: Message
}

const TurnMenu = lazy(() => import("@/features/conversations/page/turn/turn-menu").then((module) => ({ default: module.TurnMenu })))

/** What can be done with a turn: the frequent as buttons, the rest in a menu. */
export function TurnActions({ message }: TurnActionsProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const acts = useTurnActs()
  const hint = useKeyHint()
  if (message.content === null) return null
  return (
    <div role="toolbar" aria-label={t`Actions`} className="flex items-center">
      <Act label={t`Copy`} keys={hint(TURN_KEYS.copy)} onClick={() => acts.copy(message)}>
        <Copy {...ICON} />
      </Act>
      {message.role === "assistant" ? (
        <Act label={t`Regenerate`} keys={hint(TURN_KEYS.regenerate)} onClick={() => acts.regenerate(message)}>
          <RefreshCw {...ICON} />
        </Act>
      ) : (
        <Act label={t`Edit`} keys={hint(TURN_KEYS.edit)} onClick={() => talk.edit(message.id)}>
          <Pencil {...ICON} />
        </Act>
      )}
      <Act label={t`Branch from here`} keys={hint(TURN_KEYS.branch)} onClick={() => acts.branch(message)}>
        <GitBranch {...ICON} />
      </Act>
      <MenuSlot label={t`More actions`} menu={<TurnMenu message={message} />}>
        <Ellipsis {...ICON} />
      </MenuSlot>
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
