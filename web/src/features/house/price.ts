import { isolateMoney } from "@/lib/format"

/** A price per million tokens, written short: "$2.50", "$0.075". */
export function formatPrice(price: string | number | null, currency: string | null, locale: string): string {
  if (price === null) return "–"
  const amount = Number(price)
  if (!Number.isFinite(amount)) return "–"
  const text = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: currency ?? "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: amount === 0 ? 0 : 2,
    maximumFractionDigits: 4,
  }).format(amount)
  return isolateMoney(text)
}
