import { Plural, useLingui } from "@lingui/react/macro"
import type { RealtimeSession } from "@/api/types"
import { WritingBars } from "@/components/ui/bars"
import { ModelName } from "@/components/ui/model-name"
import { RowList } from "@/components/ui/row-list"
import { formatCompact, formatUptime } from "@/lib/format"
import { useNow } from "@/lib/use-now"
import type { Voice } from "@/lib/voices"

const ROW_PX = 45

interface OpenSessionsProps {
  sessions: readonly RealtimeSession[]
  voices: ReadonlyMap<string, Voice>
}

/** The realtime sessions that are open now: with whom, for whom, since when, and what they used. */
export function OpenSessions({ sessions, voices }: OpenSessionsProps) {
  const { t, i18n } = useLingui()
  const now = useNow()
  const voiceOf = (target: string): Voice => voices.get(target.split("/")[0] ?? "") ?? 6
  return (
    <section aria-label={t`Open realtime sessions`} className="flex flex-col gap-1">
      <h2 className="text-ui font-semibold">
        <Plural value={sessions.length} one="# realtime session is open" other="# realtime sessions are open" />
      </h2>
      <RowList items={sessions} height={ROW_PX} keyOf={(session) => session.request_id}>
        {(session, place, measure) => (
          <li
            ref={measure}
            data-index={place.position}
            data-voice={voiceOf(session.target)}
            aria-posinset={place.position + 1}
            aria-setsize={place.count}
            className="flex min-h-11 items-center gap-3 border-b border-border px-3 text-ui last:border-0"
          >
            <span aria-hidden="true" className="voice-bar h-4 w-[3px] shrink-0 rounded-full" />
            <span className="flex min-w-0 flex-1 items-center gap-2">
              <ModelName id={session.target} />
              {session.is_answering ? (
                <span className="inline-flex shrink-0 items-center gap-2 text-caption text-text-2">
                  <WritingBars />
                  {t`answering`}
                </span>
              ) : null}
            </span>
            <span className="hidden w-28 truncate text-text-2 sm:block">{session.key_name ?? t`owner`}</span>
            <span dir="ltr" className="tabular hidden w-26 text-end text-text-2 sm:block">
              {formatCompact(session.input_tokens, i18n.locale)} / {formatCompact(session.output_tokens, i18n.locale)}
            </span>
            <span className="tabular w-24 text-end text-text-2">
              {formatUptime(now - session.started_at_ms, i18n.locale)}
            </span>
          </li>
        )}
      </RowList>
    </section>
  )
}
