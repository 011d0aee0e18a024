import { useLingui } from "@lingui/react/macro"
import { ChevronLeft, ChevronRight, Columns2 } from "lucide-react"
import { IconButton } from "@/components/ui/icon-button"
import type { Message } from "@/features/conversations/api/messages"
import { useTurnActs, versionsOf } from "@/features/conversations/page/acts/use-turn-acts"
import { focusTurns } from "@/features/conversations/page/focus-turns"
import { useTalk } from "@/features/conversations/page/talk-context"

interface VersionSwitcherProps {
  message: Message
}

/** At the turn that forks: which of its versions is shown, and the way to the others. */
export function VersionSwitcher({ message }: VersionSwitcherProps) {
  const { t } = useLingui()
  const { turnTo } = useTurnActs()
  const { putBeside } = useTalk()
  const versions = versionsOf(message)
  const [at, all] = [versions.indexOf(message.id) + 1, versions.length]
  const stand = (): void => {
    focusTurns()
    putBeside(message.parent_id ?? "")
  }
  const look = "quick grid size-(--target) place-items-center rounded-1 text-text-2 hover:bg-hover hover:text-text disabled:text-disabled"
  return (
    <>
      <div role="group" aria-label={t`Versions`} className="inline-flex shrink-0 items-center rounded-2 border border-border-strong px-0.5 text-ui">
        <button type="button" aria-label={t`Previous version`} title={t`Previous version (←)`} disabled={at === 1} onClick={() => turnTo(message, -1)} className={look}>
          <ChevronLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
        </button>
        <span className="tabular px-0.5 text-text-2">{t`${at} of ${all}`}</span>
        <button type="button" aria-label={t`Next version`} title={t`Next version (→)`} disabled={at === all} onClick={() => turnTo(message, 1)} className={look}>
          <ChevronRight aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
        </button>
      </div>
      {message.role === "assistant" ? (
        <IconButton label={t`Side by side`} onClick={stand}>
          <Columns2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
        </IconButton>
      ) : null}
    </>
  )
}
