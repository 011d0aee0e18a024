import { formatCompact, formatMoney } from "@/lib/format"
import type { Sum } from "@/features/usage/sums"

export const MEASURES = ["requests", "tokens", "cost", "latency", "errors"] as const
export type Measure = (typeof MEASURES)[number]

/** How much of something a sum is, for a bar; of costs those of one currency. */
export function valueOf(sum: Sum, measure: Measure, currency: string): number {
  switch (measure) {
    case "requests":
      return sum.requests
    case "tokens":
      return sum.inputTokens + sum.outputTokens
    case "cost":
      return sum.costs.get(currency) ?? 0
    case "latency":
      return sum.durationMs ?? 0
    case "errors":
      return sum.errors
  }
}

/** The same in words. */
export function textOf(value: number, measure: Measure, currency: string, locale: string): string {
  if (measure === "cost") return formatMoney(value, currency, locale)
  if (measure !== "latency") return formatCompact(value, locale)
  return new Intl.NumberFormat(locale, { style: "unit", unit: "second", maximumFractionDigits: 2 }).format(value / 1000)
}

/** All costs of a sum, each in its currency. */
export function costsOf(sum: Sum, locale: string): string {
  return [...sum.costs].map(([currency, cost]) => formatMoney(cost, currency, locale)).join(" + ")
}
