import { useLingui } from "@lingui/react/macro"
import { useFinishNames } from "@/features/conversations/inspector/use-finish-names"
import { formatCount, formatMoney } from "@/lib/format"

interface FactNames {
  name(key: string): string
  value(key: string, value: unknown): string
}

/** What the facts of answers are called, and how their values are written. */
export function useFactNames(): FactNames {
  const { t, i18n } = useLingui()
  const finishName = useFinishNames()
  const known: Readonly<Record<string, string>> = {
    model: t`Model`,
    tools: t`Tools`,
    input_tokens: t`Tokens in`,
    output_tokens: t`Tokens out`,
    cost: t`Cost`,
    cost_e10: t`Cost`,
    status: t`End`,
    finish: t`End`,
  }
  return {
    name: (key) => known[key] ?? key.replace(/^parameters\./, ""),
    value(key, value) {
      if (value === null || value === undefined) return "–"
      if (key.startsWith("cost")) return costOf(value, i18n.locale)
      if (typeof value === "number") return formatCount(value, i18n.locale)
      if (typeof value !== "string") return JSON.stringify(value)
      return key === "finish" || key === "status" ? finishName(value) : value
    },
  }
}

/** Amounts by currency, or one amount alone. */
export function costOf(value: unknown, locale: string): string {
  if (typeof value === "number") return formatMoney(value, "USD", locale)
  if (typeof value !== "object" || value === null) return "–"
  const amounts = Object.entries(value).flatMap(([currency, amount]) =>
    typeof amount === "number" ? [formatMoney(amount, currency, locale)] : [],
  )
  return amounts.length === 0 ? "–" : amounts.join(" + ")
}
