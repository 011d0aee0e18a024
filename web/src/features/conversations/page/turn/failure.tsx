import { useLingui } from "@lingui/react/macro"
import { RotateCw, StepForward } from "lucide-react"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"
import { useNextStep } from "@/features/conversations/page/turn/use-next-step"
import { useSecondsLeft } from "@/features/conversations/page/turn/use-seconds-left"
import type { MessageStatus, ToldError } from "@/live/entries"

interface FailureProps {
  status: MessageStatus
  error: ToldError | null
  /** When it ended, for the countdown; null where nobody knows. */
  endedAtMs: number | null
  onRetry: () => void
  /** Null where nothing was said that one could go on with. */
  onContinue: (() => void) | null
}

/** Why an answer ended early, what to do about it, and how to go on with what was said. */
export function Failure({ status, error, endedAtMs, onRetry, onContinue }: FailureProps) {
  const { t } = useLingui()
  const next = useNextStep(error?.code ?? "")
  const left = useSecondsLeft(endedAtMs, waitOf(error))
  const acts = (
    <div className="flex flex-wrap gap-2">
      {onContinue === null ? null : (
        <Button size="small" look="outline" onClick={onContinue}>
          <StepForward aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
          {t`Continue`}
        </Button>
      )}
      <Button size="small" look="outline" onClick={onRetry}>
        <RotateCw aria-hidden="true" className="size-4" strokeWidth={1.75} />
        {left > 0 ? t`Retry now (${left} s)` : t`Retry`}
      </Button>
    </div>
  )
  const sentence = error === null ? (status === "failed" ? t`Nothing was said.` : t`Stopped.`) : asWhole(error.message)
  return (
    <div className="my-2">
      <Notice tone={error === null ? "info" : "danger"} action={acts}>
        <span dir="auto">{sentence}</span> {error === null ? null : next}
        {left > 0 ? <span> {t`The provider asks to wait ${left} s.`}</span> : null}
      </Notice>
    </div>
  )
}

/** What a provider says often ends without a stop. */
function asWhole(text: string): string {
  return /[.!?…。！？؟]["'»)]?$/.test(text) ? text : `${text}.`
}

/** How many seconds the provider asks to wait; 0 where it does not. */
function waitOf(error: ToldError | null): number {
  const fields = error?.["fields"]
  const told = error?.["retry_after_s"] ?? (fields instanceof Object ? Reflect.get(fields, "retry_after_s") : undefined)
  return typeof told === "number" ? told : 0
}
