import { useLingui } from "@lingui/react/macro"
import { Ellipsis, Eye, EyeOff, Pencil, Pin, PinOff, Quote, RefreshCw, StepForward, Trash2, Type, Volume2, VolumeX } from "lucide-react"
import { type ReactNode, Suspense, useState, useSyncExternalStore } from "react"
import type { TriggerProps } from "@/components/ui/floating"
import { IconButton } from "@/components/ui/icon-button"
import { Menu } from "@/components/ui/menu"
import { MenuItem } from "@/components/ui/menu-item"
import { MenuLine } from "@/components/ui/menu-line"
import { useOpenAtOnce } from "@/components/ui/use-open-at-once"
import type { Message } from "@/features/conversations/api/messages"
import { canRead, readAloud, reading, stopReading } from "@/features/conversations/page/acts/read-aloud"
import { said, useTurnActs } from "@/features/conversations/page/acts/use-turn-acts"
import { useTalk } from "@/features/conversations/page/talk-context"
import { TURN_KEYS } from "@/features/conversations/page/turn-keys"
import { useKeyHint } from "@/features/conversations/page/turn/use-key-hint"
import { lazy } from "@/lib/lazy"

interface TurnMenuProps {
  message: Message
}

const RegenerateDialog = lazy(() =>
  import("@/features/conversations/page/acts/regenerate-dialog").then((module) => ({ default: module.RegenerateDialog })),
)

/** What is rarely done with a turn. It opens at once, for it is made when it is wanted. */
export function TurnMenu({ message }: TurnMenuProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const acts = useTurnActs()
  const hint = useKeyHint()
  const button = useOpenAtOnce()
  const [isChoosing, setIsChoosing] = useState(false)
  const isReading = useSyncExternalStore(reading.on, reading.isOn)
  const isAnswer = message.role === "assistant"
  const more = (props: TriggerProps): ReactNode => (
    <IconButton {...props} ref={button} label={t`More actions`}>
      <Ellipsis aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </IconButton>
  )
  return (
    <>
      <Menu label={t`More actions`} trigger={more}>
        <MenuItem icon={Type} onChoose={() => acts.copyPlain(message)}>{t`Copy as plain text`}</MenuItem>
        <MenuItem icon={Quote} onChoose={() => acts.quote(message)}>{t`Quote`}</MenuItem>
        {isReading ? (
          <MenuItem icon={VolumeX} onChoose={stopReading}>{t`Stop reading`}</MenuItem>
        ) : canRead() ? (
          <MenuItem icon={Volume2} onChoose={() => void readAloud(said(message))}>{t`Read aloud`}</MenuItem>
        ) : null}
        <MenuLine />
        {isAnswer ? <MenuItem icon={Pencil} keys={hint(TURN_KEYS.edit)} onChoose={() => talk.edit(message.id)}>{t`Edit`}</MenuItem> : null}
        <MenuItem icon={RefreshCw} onChoose={() => setIsChoosing(true)}>{t`Regenerate with …`}</MenuItem>
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
    </>
  )
}
