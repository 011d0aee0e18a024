import { useLingui } from "@lingui/react/macro"
import { Check, CircleAlert } from "lucide-react"
import type { TraceStep } from "@/features/conversations/inspector/trace-steps"
import { formatDuration } from "@/lib/format"

interface AttemptLinesProps {
  steps: readonly TraceStep[]
}

/** Which providers were asked, and what became of it. */
export function AttemptLines({ steps }: AttemptLinesProps) {
  const { t, i18n } = useLingui()
  const attempts = steps.flatMap((step) => step.attempts.map((attempt, place) => ({ attempt, key: `${step.number} ${place}` })))
  if (attempts.length === 0) return <p className="text-ui text-text-2">{t`No provider was asked.`}</p>
  return (
    <ol className="flex flex-col">
      {attempts.map(({ attempt, key }) => {
        const isGood = attempt.error === null && (attempt.httpStatus ?? 200) < 400
        const Icon = isGood ? Check : CircleAlert
        return (
          <li key={key} className="flex items-start gap-2 border-b border-border py-2 text-ui last:border-0">
            <Icon
              aria-label={isGood ? t`Answered` : t`Failed`}
              className={`mt-0.5 size-4 shrink-0 ${isGood ? "text-success" : "text-danger"}`}
            />
            <span className="min-w-0 flex-1">
              <bdi data-code className="block wrap-anywhere">
                {attempt.provider} · {attempt.model}
              </bdi>
              <span className="tabular block text-caption wrap-anywhere text-text-2">
                {[attempt.error ?? attempt.status, attempt.httpStatus].filter((one) => one !== null && one !== "").join(" · ")}
              </span>
            </span>
            <span className="tabular text-caption text-text-2">
              {attempt.durationMs === null ? "" : formatDuration(attempt.durationMs, i18n.locale)}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
