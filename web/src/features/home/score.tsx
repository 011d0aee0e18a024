import { Plural, useLingui } from "@lingui/react/macro"
import type { RequestRow } from "@/api/types"
import { formatDuration, formatMoment } from "@/lib/format"
import { scoreHeight } from "@/features/home/score-height"
import { isFailure } from "@/features/house/is-failure"
import { useNow } from "@/lib/use-now"
import type { Voice } from "@/lib/voices"

interface ScoreProps {
  rows: readonly RequestRow[]
  voices: ReadonlyMap<string, Voice>
  onShow: (requestId: string) => void
}

/**
 * The score: one bar per request, oldest first, in its provider's voice; longer bars took longer.
 *
 * It is for the eye and the pointer; the line below it and the table say the same in words.
 */
export function Score({ rows, voices, onShow }: ScoreProps) {
  const { i18n } = useLingui()
  const now = useNow()
  const oldestFirst = rows.toReversed()
  const failed = rows.filter(isFailure).length
  const speakers = [...new Set(rows.flatMap((row) => row.provider ?? []))]
  return (
    <div className="flex flex-col gap-3">
      <div aria-hidden="true" className="flex h-12 items-end gap-1">
        {oldestFirst.map((row) => (
          <button
            key={row.request_id}
            type="button"
            tabIndex={-1}
            onClick={() => onShow(row.request_id)}
            title={`${row.asked_model}, ${formatMoment(row.started_at_ms, now, i18n.locale)}, ${formatDuration(row.duration_ms, i18n.locale)}`}
            className="group flex h-full max-w-6 min-w-0 flex-1 items-end last:max-w-2 last:flex-none last:basis-2"
          >
            <span
              data-voice={voices.get(row.provider ?? "") ?? 6}
              className={`quick w-full max-w-2 rounded-[2px] group-hover:opacity-70 ${isFailure(row) ? "border-2 border-danger-mark" : "voice-bar"} ${scoreHeight(row.duration_ms)}`}
            />
          </button>
        ))}
      </div>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-caption text-text-3">
        <Plural value={rows.length} one="The latest request" other="The latest # requests" />
        {speakers.map((name) => (
          <span key={name} className="inline-flex max-w-full min-w-0 items-center gap-1.5">
            <span aria-hidden="true" data-voice={voices.get(name) ?? 6} className="voice-bar size-2 shrink-0 rounded-[2px]" />
            <bdi className="truncate">{name}</bdi>
          </span>
        ))}
        {failed > 0 ? (
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden="true" className="size-2 rounded-[2px] border-2 border-danger-mark" />
            <Plural value={failed} one="# failed" other="# failed" />
          </span>
        ) : null}
      </p>
    </div>
  )
}
