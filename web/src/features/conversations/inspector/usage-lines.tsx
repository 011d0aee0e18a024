import { useLingui } from "@lingui/react/macro"
import type { ExactRequest } from "@/features/conversations/api/branching"
import type { TraceStep } from "@/features/conversations/inspector/trace-steps"
import { Fact } from "@/components/ui/fact"
import { formatCount, formatMoney } from "@/lib/format"

interface UsageLinesProps {
  exact: ExactRequest
  steps: readonly TraceStep[]
}

/** Tokens by class over all requests of an answer, what each request cost, and the sum. */
export function UsageLines({ exact, steps }: UsageLinesProps) {
  const { t, i18n } = useLingui()
  const names: Readonly<Record<string, string>> = {
    input_tokens: t`Tokens in`,
    output_tokens: t`Tokens out`,
    cached_tokens: t`Read from the cache`,
    cache_write_tokens: t`Written to the cache`,
    reasoning_tokens: t`Reasoning`,
    audio_tokens: t`Audio`,
  }
  const sums = new Map<string, number>()
  for (const [name, tokens] of steps.flatMap(({ usage }) => usage)) sums.set(name, (sums.get(name) ?? 0) + tokens)
  const money = (cost: number): string => formatMoney(cost, exact.currency ?? "USD", i18n.locale)
  return (
    <dl>
      {[...sums].map(([name, tokens]) => (
        <Fact key={name} label={names[name] ?? name.replaceAll("_", " ")}>
          {formatCount(tokens, i18n.locale)}
        </Fact>
      ))}
      {steps.length < 2
        ? null
        : steps.map((step) => (
            <Fact key={step.number} label={t`Request ${formatCount(step.number, i18n.locale)}`}>
              {money(costOf(step))}
            </Fact>
          ))}
      <Fact label={t`Cost`}>{exact.cost_e10 === null ? t`unpriced` : money(exact.cost_e10)}</Fact>
    </dl>
  )
}

function costOf(step: TraceStep): number {
  return step.attempts.reduce((sum, { costE10 }) => sum + (costE10 ?? 0), 0)
}
