import { useLingui } from "@lingui/react/macro"
import { CircleCheck, CircleMinus, CircleX } from "lucide-react"
import type { RequestWhole } from "@/api/types"
import { ModelName } from "@/components/ui/model-name"
import { formatDuration } from "@/lib/format"
import type { Voice } from "@/lib/voices"

interface AttemptListProps {
  attempts: RequestWhole["tried"]
  voices: ReadonlyMap<string, Voice>
}

/** Every attempt to have a request answered, in order, beside the bar of who was asked. */
export function AttemptList({ attempts, voices }: AttemptListProps) {
  const { t, i18n } = useLingui()
  return (
    <ol aria-label={t`Attempts`} className="flex flex-col gap-1">
      {attempts.map((attempt) => {
        const isAnswer = attempt.status === "ok"
        const Icon = isAnswer ? CircleCheck : attempt.status === "cancelled" ? CircleMinus : CircleX
        return (
          <li key={attempt.number} className="flex items-center gap-3 rounded-2 bg-sunken px-3 py-2 text-ui">
            <span
              aria-hidden="true"
              data-voice={voices.get(attempt.provider) ?? 6}
              className="voice-bar w-[3px] shrink-0 self-stretch rounded-full"
            />
            <span className="flex min-w-0 flex-1 flex-col">
              <ModelName id={`${attempt.provider}/${attempt.model}`} />
              <span className="inline-flex items-center gap-1.5 text-caption text-text-2">
                <Icon aria-hidden="true" className="size-3.5 shrink-0" />
                <span className="wrap-anywhere">{isAnswer ? t`Answered` : (attempt.error_code ?? attempt.status)}</span>
              </span>
            </span>
            <span className="tabular shrink-0 text-text-2">{formatDuration(attempt.duration_ms, i18n.locale)}</span>
          </li>
        )
      })}
    </ol>
  )
}
