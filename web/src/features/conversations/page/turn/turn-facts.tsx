import { useLingui } from "@lingui/react/macro"
import { Pin } from "lucide-react"
import { WritingBars } from "@/components/ui/bars"
import { shortTime, wholeTime } from "@/features/conversations/page/turn/time-words"
import { useConnectionState } from "@/live/hooks"

interface TurnFactsProps {
  /** When it was said; null for what is being written. */
  atMs: number | null
  isPinned: boolean
  /** Left out of what models are told. */
  isExcluded: boolean
  isRunning: boolean
  /** What stands in place of the time: a message on its way. */
  note: string | null
}

/** Beside the name: the time, or that somebody is writing. */
export function TurnFacts({ atMs, isPinned, isExcluded, isRunning, note }: TurnFactsProps) {
  const { t, i18n } = useLingui()
  return (
    <>
      {atMs === null ? null : (
        <time
          dateTime={new Date(atMs).toISOString()}
          title={wholeTime(atMs, i18n.locale)}
          className="tabular shrink-0 text-ui text-text-3"
        >
          {shortTime(atMs, i18n.locale)}
        </time>
      )}
      {isRunning ? <Writing /> : null}
      {note === null ? null : <span className="shrink-0 text-ui text-text-3">{note}</span>}
      {isPinned ? <Pin aria-label={t`Pinned`} role="img" className="size-3.5 shrink-0 text-text-2" strokeWidth={1.75} /> : null}
      {isExcluded ? <span className="shrink-0 text-caption text-text-3">{t`left out`}</span> : null}
    </>
  )
}

function Writing() {
  const { t } = useLingui()
  const { phase } = useConnectionState()
  return phase === "open" || phase === "idle" || phase === "connecting" ? (
    <span className="inline-flex shrink-0 items-center gap-1.5 text-ui">
      <WritingBars />
      <span className="voice-name">{t`writing`}</span>
    </span>
  ) : (
    <span role="status" className="truncate text-ui text-warning">
      {t`Connection lost, resuming`}
    </span>
  )
}
