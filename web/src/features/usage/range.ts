/** A time that is looked at: days of who looks, both counted. */
export interface Range {
  /** Like 2026-03-01. */
  readonly since: string
  readonly until: string
}

export type Step = "hour" | "day" | "month"

const DAY_MS = 86_400_000

function two(value: number): string {
  return String(value).padStart(2, "0")
}

export function dayName(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** The last `days` days, today among them. */
export function lastDays(days: number, now: Date): Range {
  const first = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1)
  return { since: dayName(first), until: dayName(now) }
}

/** Moments of a range, in milliseconds; the end is exclusive. */
export function momentsOf({ since, until }: Range): { sinceMs: number; untilMs: number } {
  const last = new Date(`${until}T00:00`)
  const end = new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1)
  return { sinceMs: new Date(`${since}T00:00`).getTime(), untilMs: end.getTime() }
}

/** Steps that make a chart of some twenty to a hundred bars. */
export function stepFor(range: Range): Step {
  const { sinceMs, untilMs } = momentsOf(range)
  const days = (untilMs - sinceMs) / DAY_MS
  if (days <= 2.1) return "hour"
  return days <= 124 ? "day" : "month"
}

const SHOWN: Readonly<Record<Step, Intl.DateTimeFormatOptions>> = {
  hour: { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { month: "short", day: "numeric" },
  month: { month: "short", year: "numeric" },
}

/** The name of a step as the language of the page writes it. */
export function stepText(name: string, step: Step, locale: string): string {
  const moment = { hour: `${name}:00`, day: `${name}T00:00`, month: `${name}-01T00:00` }[step]
  return new Intl.DateTimeFormat(locale, SHOWN[step]).format(new Date(moment))
}

/** The names of all steps of a range, as the server names them; what has no row is nothing. */
export function stepsOf(range: Range, step: Step): string[] {
  const { sinceMs, untilMs } = momentsOf(range)
  const names: string[] = []
  for (let at = new Date(sinceMs); at.getTime() < untilMs; ) {
    const day = dayName(at)
    const name = step === "hour" ? `${day}T${two(at.getHours())}` : step === "day" ? day : day.slice(0, 7)
    if (names.at(-1) !== name) names.push(name)
    if (step === "hour") at = new Date(at.getTime() + 3_600_000)
    else at = new Date(at.getFullYear(), at.getMonth() + (step === "month" ? 1 : 0), step === "month" ? 1 : at.getDate() + 1)
  }
  return names
}
