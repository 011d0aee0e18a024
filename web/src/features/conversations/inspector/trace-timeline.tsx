import { useLingui } from "@lingui/react/macro"
import type { ExactRequest } from "@/features/conversations/api/branching"
import type { TraceStep } from "@/features/conversations/inspector/trace-steps"
import { formatDuration } from "@/lib/format"

interface TraceTimelineProps {
  exact: ExactRequest
  steps: readonly TraceStep[]
}

/** When each request waited and when it was answered, drawn to scale. The facts above say the same in words. */
export function TraceTimeline({ exact, steps }: TraceTimelineProps) {
  const { t, i18n } = useLingui()
  const whole = Math.max(1, exact.ended_at_ms - exact.started_at_ms)
  const at = (ms: number): number => Math.min(100, Math.max(0, ((ms - exact.started_at_ms) / whole) * 100))
  const drawn = steps.filter(({ startedMs, endedMs }) => startedMs !== null && endedMs !== null)
  if (drawn.length === 0) return null
  return (
    <figure className="flex flex-col gap-1" aria-label={t`Timeline`}>
      {drawn.map((step) => {
        const from = at(step.startedMs ?? 0)
        const first = at(step.firstTokenMs ?? step.endedMs ?? 0)
        const to = at(step.endedMs ?? 0)
        return (
          <div key={step.number} className="relative h-3 rounded-1 bg-active rtl:-scale-x-100">
            <span
              title={t`Waiting`}
              className="absolute inset-y-0 min-w-px rounded-1 border border-border-strong bg-surface"
              style={{ left: `${from}%`, width: `${first - from}%` }}
            />
            <span
              title={t`Answering`}
              className="absolute inset-y-0 min-w-px rounded-1 bg-accent-solid"
              style={{ left: `${first}%`, width: `${to - first}%` }}
            />
          </div>
        )
      })}
      <figcaption className="tabular flex justify-between gap-3 text-caption text-text-2">
        <span className="flex items-center gap-3">
          <span className="inline-flex items-center gap-1">
            <span aria-hidden="true" className="size-2 rounded-[2px] border border-border-strong" />
            {t`Waiting`}
          </span>
          <span className="inline-flex items-center gap-1">
            <span aria-hidden="true" className="size-2 rounded-[2px] bg-accent-solid" />
            {t`Answering`}
          </span>
        </span>
        <span>{formatDuration(whole, i18n.locale)}</span>
      </figcaption>
    </figure>
  )
}
