import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import type { components } from "@/api/schema"
import { formatDuration, formatMoney } from "@/lib/format"
import type { Step } from "@/live/entries"

type Usage = components["schemas"]["MessageUsage"]

interface CostLineProps {
  /** What the house says of it. */
  usage: Usage | null
  /** Where the answer was followed here, what its run told: the house's word comes a moment later. */
  steps: readonly Step[]
}

/** What an answer took, in grey: tokens, money, time. */
export function CostLine({ usage, steps }: CostLineProps) {
  const { t, i18n } = useLingui()
  const told = usage ? { tokens: usage.output_tokens, cost: usage.cost_e10, currency: usage.currency, ms: usage.ended_at_ms - usage.started_at_ms } : ofSteps(steps)
  const { locale } = i18n
  const facts = [
    told.tokens === null ? null : t`${plural(told.tokens, { one: "# token", other: "# tokens" })}`,
    told.cost === null || told.currency === null ? null : formatMoney(told.cost, told.currency, locale),
    told.ms === null ? null : formatDuration(told.ms, locale),
  ].filter((fact) => fact !== null)
  return facts.length === 0 ? null : <p className="tabular ms-auto truncate text-caption text-text-3">{facts.join(" · ")}</p>
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
  return {
    tokens: sum((step) => step.usage?.output_tokens),
    cost: sum((step) => step.cost_e10),
    // An entry of a run leaves out what is usual.
    currency: first?.currency ?? "USD",
    ms,
  }
}
