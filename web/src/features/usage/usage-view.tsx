import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { Select } from "@/components/ui/select"
import { BarChart } from "@/features/usage/bar-chart"
import { costsOf, MEASURES, type Measure, timeOf, textOf, valueOf } from "@/features/usage/measures"
import { type Range, stepFor, stepsOf, stepText } from "@/features/usage/range"
import { type Course, sumOf, sumsOfGroups, sumsOfSteps } from "@/features/usage/sums"
import { SumTable } from "@/features/usage/sum-table"
import { formatCompact } from "@/lib/format"

interface UsageViewProps {
  range: Range
  course: Course
  /** By what its rows are told apart. */
  by: string
  /** What a row of them is. */
  rowName: string
}

/** Figures, a chart over time, and two tables: by time, and by what was chosen. */
export function UsageView({ range, course, by, rowName }: UsageViewProps) {
  const { t, i18n } = useLingui()
  const { locale } = i18n
  const [measure, setMeasure] = useState<Measure>("requests")
  const names: Record<Measure, string> = { requests: t`Requests`, tokens: t`Tokens`, cost: t`Cost`, p50: t`Time p50`, p95: t`Time p95`, errors: t`Errors` }
  if (course.items.length === 0) return <p className="text-lead font-medium">{t`Nothing was asked in this time.`}</p>
  const total = sumOf(course.items, course.times)
  const currency = [...total.costs].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? "USD"
  const steps = new Map(sumsOfSteps(course))
  const step = stepFor(range)
  const bars = stepsOf(range, step).map((name) => {
    const sum = steps.get(name)
    const value = sum === undefined ? 0 : valueOf(sum, measure, currency)
    return { name: stepText(name, step, locale), value, text: textOf(value, measure, currency, locale) }
  })
  const highest = bars.toSorted((some, other) => other.value - some.value)[0]
  const figures = [
    [t`Requests`, formatCompact(total.requests, locale)],
    [t`Tokens`, formatCompact(total.inputTokens + total.outputTokens, locale)],
    [t`Cost`, costsOf(total, locale) || "–"],
    [t`Time p50`, timeOf(total.duration?.p50_ms, locale)],
    [t`Time p95`, timeOf(total.duration?.p95_ms, locale)],
    [t`Errors`, formatCompact(total.errors, locale)],
  ] as const
  const unpriced = t`${plural(total.unpriced, {
    one: "The cost of # request is not known, for its model has no price.",
    other: "The cost of # requests is not known, for their models have no price.",
  })}`
  const byTime = [...steps].toSorted(([one], [other]) => other.localeCompare(one)).map(([name, sum]) => [stepText(name, step, locale), sum] as const)
  return (
    <>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 md:grid-cols-6">
        {figures.map(([name, text]) => (
          <div key={name}>
            <dt className="text-caption text-text-2">{name}</dt>
            <dd className="text-h2 font-semibold tabular-nums">{text}</dd>
          </div>
        ))}
      </dl>
      {total.unpriced > 0 ? <p className="text-ui text-text-2">{unpriced}</p> : null}
      <section className="flex flex-col gap-2">
        <div className="flex items-center justify-between gap-2">
          <h2 className="text-body font-semibold">{t`Over time`}</h2>
          <Select label={t`What the chart shows`} value={measure} options={MEASURES.map((value) => ({ value, label: names[value] }))} onChange={setMeasure} />
        </div>
        <p aria-hidden="true" className="border-b border-border text-caption text-text-2 tabular-nums">{highest?.text}</p>
        <BarChart label={t`${names[measure]} over time`} bars={bars} />
        <p className="flex justify-between text-caption text-text-2 tabular-nums">
          <span>{bars[0]?.name}</span>
          <span>{bars.at(-1)?.name}</span>
        </p>
        <SumTable label={t`Over time`} first={t`Time`} rows={byTime} />
      </section>
      <section className="flex flex-col gap-2">
        <h2 className="text-body font-semibold">{by}</h2>
        <SumTable label={by} first={rowName} rows={sumsOfGroups(course)} />
      </section>
    </>
  )
}
