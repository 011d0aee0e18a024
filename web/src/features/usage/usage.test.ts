import { expect, test } from "vitest"
import { lastDays, momentsOf, stepFor, stepsOf } from "@/features/usage/range"
import { type Course, type CourseRow, csvOf, sumOf, sumsOfGroups, sumsOfSteps } from "@/features/usage/sums"

function row(at: string, group: string, more: Partial<CourseRow> = {}): CourseRow {
  return {
    at,
    group,
    currency: "USD",
    requests: 2,
    errors: 0,
    input_tokens: 10,
    output_tokens: 20,
    cost_e10: 5e9,
    unpriced: 0,
    duration_sum_ms: 300,
    first_tokens: 0,
    first_token_sum_ms: 0,
    ...more,
  }
}

test("a range has both of its days, and steps that make a chart", () => {
  const range = lastDays(7, new Date(2026, 10, 22, 9))
  expect(range).toEqual({ since: "2026-11-16", until: "2026-11-22" })
  expect(stepsOf(range, "day")).toHaveLength(7)
  expect(momentsOf(range).untilMs).toBe(new Date(2026, 10, 23).getTime())
  expect([1, 30, 365].map((days) => stepFor(lastDays(days, new Date(2026, 10, 22))))).toEqual(["hour", "day", "month"])
  expect(stepsOf({ since: "2026-01-31", until: "2026-03-01" }, "month")).toEqual(["2026-01", "2026-02", "2026-03"])
})

const LATENCY = { p50_ms: 150, p95_ms: 900, p99_ms: 2_000 }
const TIMES = { duration: LATENCY, first_token: null }

function course(items: CourseRow[]): Course {
  const [steps, groups] = [[...new Set(items.map(({ at }) => at))], [...new Set(items.map(({ group }) => group))]]
  return {
    since_ms: 0,
    until_ms: 1,
    step: "day",
    by: "model",
    zone: "UTC",
    items,
    times: TIMES,
    steps: steps.map((at) => ({ at, ...TIMES })),
    groups: groups.map((group) => ({ group, ...TIMES })),
  }
}

test("currencies are not added up, and percentiles are those the server told", () => {
  const { items, times } = course([row("2026-11-22", "a"), row("2026-11-22", "b", { currency: "EUR" })])
  const sum = sumOf(items, times)
  expect([...sum.costs]).toEqual([["USD", 5e9], ["EUR", 5e9]])
  expect([sum.duration, sum.firstToken]).toEqual([LATENCY, null])
  expect(sumOf([], undefined).duration).toBe(null)
})

test("steps and groups have their own times, groups come by their requests, and a name is never a formula in the file", () => {
  const found = course([row("2026-11-21", "a"), row("2026-11-22", "=b", { requests: 9 })])
  expect(sumsOfGroups(found).map(([name, { duration }]) => [name, duration])).toEqual([["=b", LATENCY], ["a", LATENCY]])
  expect(sumsOfSteps(found).map(([name, { requests }]) => [name, requests])).toEqual([["2026-11-21", 2], ["2026-11-22", 9]])
  expect(csvOf(found.items).split("\r\n")[2]).toBe(`2026-11-22,"'=b",USD,9,0,10,20,0.5,0,33,`)
})
