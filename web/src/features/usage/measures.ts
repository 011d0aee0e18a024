import { formatCompact, formatDuration, formatMoney } from "@/lib/format"
import type { Sum } from "@/features/usage/sums"

export const MEASURES = ["requests", "tokens", "cost", "p50", "p95", "errors"] as const
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
    case "p50":
      return sum.duration?.p50_ms ?? 0
    case "p95":
      return sum.duration?.p95_ms ?? 0
    case "errors":
      return sum.errors
  }
}

/** The same in words. */
export function textOf(value: number, measure: Measure, currency: string, locale: string): string {
  if (measure === "cost") return formatMoney(value, currency, locale)
  return measure === "p50" || measure === "p95" ? formatDuration(value, locale) : formatCompact(value, locale)
}

/** A time; a dash for none. */
export function timeOf(ms: number | undefined, locale: string): string {
  return ms === undefined ? "–" : formatDuration(ms, locale)
}

/** All costs of a sum, each in its currency. */
export function costsOf(sum: Sum, locale: string): string {
  return [...sum.costs].map(([currency, cost]) => formatMoney(cost, currency, locale)).join(" + ")
}
