import { useLingui } from "@lingui/react/macro"
import { CircleCheck, CircleX } from "lucide-react"
import type { Trial } from "@/api/types"
import { WritingBars } from "@/components/ui/bars"
import { formatDuration } from "@/lib/format"

interface TrialViewProps {
  trial: Trial | undefined
  isRunning: boolean
  problem: Error | null
}

/** What came of asking a provider for its models, a streamed answer and a tool call. */
export function TrialView({ trial, isRunning, problem }: TrialViewProps) {
  const { t, i18n } = useLingui()
  const names: Readonly<Record<string, string>> = {
    "list of models": t`List of models`,
    "streamed answer": t`Streamed answer`,
    "tool call": t`Tool call`,
    ready: t`Ready`,
  }
  return (
    <div role="status" className="flex flex-col gap-2 empty:hidden">
      {isRunning ? (
        <p data-voice={6} className="inline-flex min-h-(--row) items-center gap-2 text-ui text-text-2">
          <WritingBars />
          {t`Asking it for its models, a word and a tool call`}
        </p>
      ) : null}
      {problem && !isRunning ? <p className="text-ui text-danger wrap-anywhere">{problem.message}</p> : null}
      {trial && !isRunning ? (
        <ul className="flex flex-col gap-1">
          {trial.checks.map((check) => {
            const Icon = check.ok ? CircleCheck : CircleX
            return (
              <li key={check.name} className="flex items-baseline gap-2 py-1 text-ui">
                <Icon
                  aria-label={check.ok ? t`works` : t`fails`}
                  className={`size-4 shrink-0 self-start ${check.ok ? "text-success" : "text-danger"}`}
                />
                <span className="flex min-w-0 flex-col">
                  <span className="font-medium">{names[check.name] ?? check.name}</span>
                  <span dir="auto" className="text-caption text-text-2 wrap-anywhere">
                    {check.detail}
                  </span>
                </span>
              </li>
            )
          })}
        </ul>
      ) : null}
      {trial?.model && !isRunning ? (
        <p className="text-caption text-text-2">
          {trial.latency_ms === null
            ? t`Asked: ${trial.model}.`
            : t`Asked: ${trial.model}. First words after ${formatDuration(trial.latency_ms, i18n.locale)}.`}
        </p>
      ) : null}
    </div>
  )
}
