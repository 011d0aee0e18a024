import type { components } from "@/api/schema"
import type { Status } from "@/api/types"

/** What was spent: as the status tells it of today. */
export type Spent = Pick<Status["today"], "requests" | "unpriced" | "cost_e10" | "currency" | "other_costs">

type CourseRow = Pick<components["schemas"]["CourseRow"], "requests" | "unpriced" | "cost_e10" | "currency">

/** Whether nothing that was used has a known price: its cost is then unknown, not zero. */
export function isOnlyUnpriced(spent: Pick<Spent, "requests" | "unpriced">): boolean {
  return spent.unpriced > 0 && spent.unpriced >= spent.requests
}

/** The sum of rows: in the currency in which most was paid, and beside it what was paid in others. */
export function spentIn(rows: readonly CourseRow[]): Spent {
  const paid = rows.filter(({ cost_e10: cost }) => cost > 0).toSorted((one, other) => other.requests - other.unpriced - (one.requests - one.unpriced))
  const [main, ...others] = paid
  return {
    requests: rows.reduce((sum, row) => sum + row.requests, 0),
    unpriced: rows.reduce((sum, row) => sum + row.unpriced, 0),
    cost_e10: main?.cost_e10 ?? 0,
    currency: main?.currency ?? rows[0]?.currency ?? "USD",
    other_costs: others.map(({ cost_e10, currency }) => ({ cost_e10, currency })),
  }
}
