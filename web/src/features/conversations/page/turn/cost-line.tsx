import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { answerRequestQuery } from "@/features/conversations/api/conversations"
import { formatCount, formatDuration, formatMoney } from "@/lib/format"
import type { Step } from "@/live/entries"

interface CostLineProps {
  messageId: string
  /** Where the answer was followed here, what its run told. */
  steps: readonly Step[]
}

/** What an answer took, in grey: tokens, money, time. */
export function CostLine({ messageId, steps }: CostLineProps) {
  const { t, i18n } = useLingui()
  const { data } = useQuery({ ...answerRequestQuery(messageId), enabled: steps.length === 0, retry: false })
  const told = steps.length > 0 ? ofSteps(steps) : data ? { tokens: data.output_tokens, cost: data.cost_e10, currency: data.currency, ms: data.ended_at_ms - data.started_at_ms } : null
  if (told === null) return null
  const { locale } = i18n
  const facts = [
    told.tokens === null ? null : t`${formatCount(told.tokens, locale)} tokens`,
    told.cost === null || told.currency === null ? null : formatMoney(told.cost, told.currency, locale),
    told.ms === null ? null : formatDuration(told.ms, locale),
  ].filter((fact) => fact !== null)
  return <p className="tabular ms-auto truncate text-caption text-text-3">{facts.join(" · ")}</p>
}

interface Told {
  tokens: number | null
  cost: number | null
  currency: string | null
  ms: number | null
}

function ofSteps(steps: readonly Step[]): Told {
  const [first, last] = [steps[0], steps.at(-1)]
  const sum = (of: (step: Step) => number | undefined): number | null => {
    const told = steps.flatMap((step) => of(step) ?? [])
    return told.length === 0 ? null : told.reduce((all, one) => all + one, 0)
  }
  const ms = first?.started_at_ms === undefined || last?.ended_at_ms === undefined ? null : last.ended_at_ms - first.started_at_ms
  return { tokens: sum((step) => step.usage?.output_tokens), cost: sum((step) => step.cost_e10), currency: first?.currency ?? null, ms }
}
