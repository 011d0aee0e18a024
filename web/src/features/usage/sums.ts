import type { components } from "@/api/schema"

export type CourseRow = components["schemas"]["CourseRow"]

/** What a chart shows and a table tells. */
export interface Sum {
  readonly requests: number
  readonly errors: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** By currency: amounts of different ones are never added up. */
  readonly costs: ReadonlyMap<string, number>
  readonly unpriced: number
  /** Means in milliseconds; null where nothing was timed. */
  readonly durationMs: number | null
  readonly firstTokenMs: number | null
}

export function sumOf(rows: readonly CourseRow[]): Sum {
  const total = (value: (row: CourseRow) => number): number => rows.reduce((sum, row) => sum + value(row), 0)
  const costs = new Map<string, number>()
  for (const { currency, cost_e10: cost } of rows) if (cost > 0) costs.set(currency, (costs.get(currency) ?? 0) + cost)
  const requests = total((row) => row.requests)
  const timed = total((row) => row.first_tokens)
  return {
    requests,
    errors: total((row) => row.errors),
    inputTokens: total((row) => row.input_tokens),
    outputTokens: total((row) => row.output_tokens),
    costs,
    unpriced: total((row) => row.unpriced),
    durationMs: requests === 0 ? null : total((row) => row.duration_sum_ms) / requests,
    firstTokenMs: timed === 0 ? null : total((row) => row.first_token_sum_ms) / timed,
  }
}

/** Sums by something of a row, the one with the most requests first. */
export function sumsBy(rows: readonly CourseRow[], by: (row: CourseRow) => string): readonly (readonly [string, Sum])[] {
  const groups = Map.groupBy(rows, by)
  return [...groups].map(([name, some]) => [name, sumOf(some)] as const).toSorted(([, one], [, other]) => other.requests - one.requests)
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
