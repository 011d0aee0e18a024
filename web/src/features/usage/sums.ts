import type { components } from "@/api/schema"

export type CourseRow = components["schemas"]["CourseRow"]
export type Course = components["schemas"]["Course"]
type Times = components["schemas"]["Times"]
type Latency = components["schemas"]["Latency"]

/** What a chart shows and a table tells. */
export interface Sum {
  readonly requests: number
  readonly errors: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** By currency: amounts of different ones are never added up. */
  readonly costs: ReadonlyMap<string, number>
  readonly unpriced: number
  /** Percentiles in milliseconds; null where nothing was timed. They cannot be added up, so the server tells each. */
  readonly duration: Latency | null
  readonly firstToken: Latency | null
}

export function sumOf(rows: readonly CourseRow[], times: Times | undefined): Sum {
  const total = (value: (row: CourseRow) => number): number => rows.reduce((sum, row) => sum + value(row), 0)
  const costs = new Map<string, number>()
  for (const { currency, cost_e10: cost, requests, unpriced } of rows) {
    // What is free has a cost of nothing; what has no price has none.
    if (cost > 0 || requests > unpriced) costs.set(currency, (costs.get(currency) ?? 0) + cost)
  }
  return {
    requests: total((row) => row.requests),
    errors: total((row) => row.errors),
    inputTokens: total((row) => row.input_tokens),
    outputTokens: total((row) => row.output_tokens),
    costs,
    unpriced: total((row) => row.unpriced),
    duration: times?.duration ?? null,
    firstToken: times?.first_token ?? null,
  }
}

type Named = readonly (readonly [string, Sum])[]

/** What there is of each step, by its name. */
export function sumsOfSteps({ items, steps }: Course): Named {
  const times = new Map(steps.map((step) => [step.at, step]))
  return [...Map.groupBy(items, ({ at }) => at)].map(([at, rows]) => [at, sumOf(rows, times.get(at))])
}

/** What there is of each group, the one with the most requests first. */
export function sumsOfGroups({ items, groups }: Course): Named {
  const times = new Map(groups.map((one) => [one.group, one]))
  const sums = [...Map.groupBy(items, ({ group }) => group)].map(([group, rows]) => [group ?? "–", sumOf(rows, times.get(group))] as const)
  return sums.toSorted(([, one], [, other]) => other.requests - one.requests)
}

/** Rows as CSV for spreadsheets, with the costs in whole units. */
export function csvOf(rows: readonly CourseRow[]): string {
  const head = "at,group,currency,requests,errors,input_tokens,output_tokens,cost,unpriced,mean_duration_ms,mean_first_token_ms"
  const lines = rows.map((row) =>
    [
      row.at,
      quoted(row.group ?? ""),
      row.currency,
      row.requests,
      row.errors,
      row.input_tokens,
      row.output_tokens,
      row.cost_e10 / 1e10,
      row.unpriced,
      row.requests === 0 ? "" : Math.round(row.duration_sum_ms / row.requests),
      row.first_tokens === 0 ? "" : Math.round(row.first_token_sum_ms / row.first_tokens),
    ].join(","),
  )
  return `${[head, ...lines].join("\r\n")}\r\n`
}

/** In quotes, and never a formula: spreadsheets run what begins with these. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
