import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { Select } from "@/components/ui/select"
import { BarChart } from "@/features/usage/bar-chart"
import { costsOf, MEASURES, type Measure, textOf, valueOf } from "@/features/usage/measures"
import { type Range, stepFor, stepsOf } from "@/features/usage/range"
import { type CourseRow, sumOf, sumsBy } from "@/features/usage/sums"
import { SumTable } from "@/features/usage/sum-table"
import { formatCompact } from "@/lib/format"

interface UsageViewProps {
  range: Range
  rows: readonly CourseRow[]
  /** By what the rows are told apart. */
  by: string
}

/** Figures, a chart over time, and two tables: by time, and by what was chosen. */
export function UsageView({ range, rows, by }: UsageViewProps) {
  const { t, i18n } = useLingui()
  const { locale } = i18n
  const [measure, setMeasure] = useState<Measure>("requests")
  const names: Record<Measure, string> = { requests: t`Requests`, tokens: t`Tokens`, cost: t`Cost`, latency: t`Mean time`, errors: t`Errors` }
  if (rows.length === 0) return <p className="text-ui text-text-2">{t`Nothing was asked in this time.`}</p>
  const total = sumOf(rows)
  const currency = [...total.costs].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? "USD"
  const steps = new Map(sumsBy(rows, ({ at }) => at))
  const bars = stepsOf(range, stepFor(range)).map((name) => {
    const sum = steps.get(name)
    const value = sum === undefined ? 0 : valueOf(sum, measure, currency)
    return { name, value, text: textOf(value, measure, currency, locale) }
  })
  const figures = [
    [t`Requests`, formatCompact(total.requests, locale)],
    [t`Tokens`, formatCompact(total.inputTokens + total.outputTokens, locale)],
    [t`Cost`, costsOf(total, locale) || "–"],
    [t`Mean time`, total.durationMs === null ? "–" : textOf(total.durationMs, "latency", "", locale)],
    [t`Errors`, formatCompact(total.errors, locale)],
  ] as const
  const byTime = [...steps].toSorted(([one], [other]) => other.localeCompare(one))
  return (
    <>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-5">
        {figures.map(([name, text]) => (
          <div key={name}>
            <dt className="text-caption text-text-2">{name}</dt>
            <dd className="text-h2 font-semibold tabular-nums">{text}</dd>
          </div>
        ))}
      </dl>
      {total.unpriced > 0 ? <p className="text-ui text-text-2">{t`The cost of ${total.unpriced} requests is not known, for their models have no price.`}</p> : null}
      <section className="flex flex-col gap-2">
        <div className="flex items-center justify-between gap-2">
          <h2 className="text-body font-semibold">{t`Over time`}</h2>
          <Select label={t`What the chart shows`} value={measure} options={MEASURES.map((value) => ({ value, label: names[value] }))} onChange={setMeasure} />
        </div>
        <BarChart label={t`${names[measure]} over time`} bars={bars} />
        <p className="flex justify-between text-caption text-text-2 tabular-nums">
          <span>{bars[0]?.name}</span>
          <span>{bars.at(-1)?.name}</span>
        </p>
        <SumTable label={t`Over time`} first={t`Time`} rows={byTime} />
      </section>
      <section className="flex flex-col gap-2">
        <h2 className="text-body font-semibold">{by}</h2>
        <SumTable label={by} first={by} rows={sumsBy(rows, ({ group }) => group ?? "–")} />
      </section>
    </>
  )
}
