/** Making a formatter takes longer than drawing a turn: there is one for each language and way to write. */
const formatters = new Map<string, Intl.DateTimeFormat>()

const WAYS = {
  today: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  before: { hour: "2-digit", minute: "2-digit", hourCycle: "h23", day: "numeric", month: "short" },
  whole: { dateStyle: "full", timeStyle: "medium" },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>

function written(atMs: number, way: keyof typeof WAYS, locale: string): string {
  const key = `${locale} ${way}`
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat(locale, WAYS[way])
  formatters.set(key, formatter)
  return formatter.format(atMs)
}

/** The time of today, and of another day with its date. */
export function shortTime(atMs: number, locale: string): string {
  const isToday = new Date(atMs).toDateString() === new Date().toDateString()
  return written(atMs, isToday ? "today" : "before", locale)
}

export function wholeTime(atMs: number, locale: string): string {
  return written(atMs, "whole", locale)
}
