import { useLingui } from "@lingui/react/macro"
import type { ExactRequest } from "@/features/conversations/api/branching"
import { AttemptLines } from "@/features/conversations/inspector/attempt-lines"
import { stepsOf } from "@/features/conversations/inspector/trace-steps"
import { TraceRequest } from "@/features/conversations/inspector/trace-request"
import { TraceTimeline } from "@/features/conversations/inspector/trace-timeline"
import { useFinishNames } from "@/features/conversations/inspector/use-finish-names"
import { UsageLines } from "@/features/conversations/inspector/usage-lines"
import { Fact } from "@/components/ui/fact"
import { Group } from "@/components/ui/group"
import { Notice } from "@/components/ui/notice"
import { formatDuration } from "@/lib/format"

interface TraceViewProps {
  exact: ExactRequest
}

/** Everything that is known of how an answer came to be. */
export function TraceView({ exact }: TraceViewProps) {
  const { t, i18n } = useLingui()
  const finishName = useFinishNames()
  const steps = stepsOf(exact)
  const problem = exact.error?.["message"]
  const first = exact.first_token_at_ms === null ? null : exact.first_token_at_ms - exact.started_at_ms
  return (
    <>
      <Group title={t`What happened`}>
        {typeof problem === "string" ? <Notice tone="danger">{problem}</Notice> : null}
        <dl>
          <Fact label={t`Model`}>
            <bdi data-code>{exact.model}</bdi>
          </Fact>
          {exact.route === null ? null : (
            <Fact label={t`Route`}>
              <bdi data-code>{exact.route}</bdi>
            </Fact>
          )}
          {exact.finish === null ? null : <Fact label={t`End`}>{finishName(exact.finish)}</Fact>}
          {first === null ? null : <Fact label={t`First token after`}>{formatDuration(first, i18n.locale)}</Fact>}
          <Fact label={t`Whole time`}>{formatDuration(exact.ended_at_ms - exact.started_at_ms, i18n.locale)}</Fact>
        </dl>
        <TraceTimeline exact={exact} steps={steps} />
      </Group>
      <Group title={t`Tokens and cost`}>
        <UsageLines exact={exact} steps={steps} />
      </Group>
      <Group title={t`Attempts`}>
        <AttemptLines steps={steps} />
      </Group>
      {steps.map((step) => (
        <TraceRequest key={step.number} step={step} isAlone={steps.length === 1} exact={exact} />
      ))}
    </>
  )
}
