import type { KeyChange } from "@/api/types"

type Limits = NonNullable<KeyChange["limits"]>

const E10 = 10_000_000_000

/** The limits that a form of a key says; an empty field is no limit of its kind. */
export function limitsFrom(form: FormData): Limits {
  const budget = numberAt(form, "budget")
  return {
    requests_per_minute: numberAt(form, "requests"),
    tokens_per_minute: numberAt(form, "tokens"),
    concurrency: numberAt(form, "concurrency"),
    budget_e10: budget === null ? null : Math.round(budget * E10),
    ...(budget === null ? {} : { budget_period: "month" }),
  }
}

/** An amount as a person writes it, from the server's ten-billionths. */
export function amountOf(e10: number | null): string {
  return e10 === null ? "" : String(e10 / E10)
}

function numberAt(form: FormData, name: string): number | null {
  const text = form.get(name)
  return typeof text === "string" && text.trim() !== "" ? Number(text) : null
}
