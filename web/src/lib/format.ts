/** Numbers, money and times for people. The locale is always given, never guessed. */

const MONEY_UNIT = 10_000_000_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** An amount in 10⁻¹⁰ of a currency: two places from one unit on, else as many as it takes to see it. */
export function formatMoney(costE10: number, currency: string, locale: string): string {
  const amount = costE10 / MONEY_UNIT
  const isSmall = amount !== 0 && Math.abs(amount) < 1
  const text = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: isSmall ? 6 : 2,
    ...(isSmall ? { maximumSignificantDigits: 2, minimumSignificantDigits: 1 } : {}),
  }).format(amount)
  return isolateMoney(text)
}

const RIGHT_TO_LEFT_MARK = "\u200f"
const ISOLATE_LEFT_TO_RIGHT = "\u2066"
const END_OF_ISOLATE = "\u2069"

/** Keep an amount and its currency together: in Arabic text “0.25 US$” would read “$US 0.25”. */
export function isolateMoney(text: string): string {
  if (!text.startsWith(RIGHT_TO_LEFT_MARK)) return text
  return `${ISOLATE_LEFT_TO_RIGHT}${text.replaceAll(RIGHT_TO_LEFT_MARK, "")}${END_OF_ISOLATE}`
}

/** Words in a row with the comma of the language. */
export function formatWords(words: readonly string[], locale: string): string {
  return words.join(locale === "ar" ? "، " : ", ")
}

/** A half-sentence as a sentence: with a capital letter and a full stop. */
export function asSentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}

export function formatCount(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value)
}

/** 1204 → "1.2K": for figures that are read at a glance. */
export function formatCompact(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    notation: value >= 10_000 ? "compact" : "standard",
    maximumFractionDigits: 1,
  }).format(value)
}

/** A context size as makers write it: 131072 → "131K", 200000 → "200K", 1048576 → "1M". */
export function formatContext(tokens: number, locale: string): string {
  return new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 0 }).format(tokens)
}

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const

/** A size in its natural unit, by thousands: "812 byte", "4.2 MB". */
export function formatSize(bytes: number, locale: string): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: SIZES[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step)
}

const SYMBOLS = { millisecond: "ms", second: "s", minute: "min", hour: "h", day: "d" } as const

/** A number and its unit, with the international symbol where the script has it: "84 ms", "3.1 s". */
function formatUnit(value: number, unit: keyof typeof SYMBOLS, digits: number, locale: string): string {
  if (locale === "ar") {
    const style = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits } as const
    return new Intl.NumberFormat(locale, style).format(value)
  }
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)
  return `${number}\u00a0${SYMBOLS[unit]}`
}

/** A duration in its natural unit: "0.42 ms", "84 ms", "3.1 s", "2 min 5 s", "3 h 20 min". */
export function formatDuration(durationMs: number, locale: string): string {
  if (durationMs < 10) return formatUnit(durationMs, "millisecond", durationMs < 1 ? 2 : 1, locale)
  if (durationMs < 1000) return formatUnit(durationMs, "millisecond", 0, locale)
  if (durationMs < MINUTE_MS) return formatUnit(durationMs / 1000, "second", 1, locale)
  if (durationMs >= HOUR_MS) return formatUptime(durationMs, locale)
  const seconds = Math.round(durationMs / 1000)
  return `${formatUnit(Math.floor(seconds / 60), "minute", 0, locale)} ${formatUnit(seconds % 60, "second", 0, locale)}`
}

/** How long something has run, in its two largest units. */
export function formatUptime(durationMs: number, locale: string): string {
  const unit = (value: number, name: keyof typeof SYMBOLS): string => formatUnit(value, name, 0, locale)
  if (durationMs < MINUTE_MS) return unit(Math.max(0, Math.floor(durationMs / 1000)), "second")
  if (durationMs < HOUR_MS) return unit(Math.floor(durationMs / MINUTE_MS), "minute")
  if (durationMs < DAY_MS) {
    return `${unit(Math.floor(durationMs / HOUR_MS), "hour")} ${unit(Math.floor((durationMs % HOUR_MS) / MINUTE_MS), "minute")}`
  }
  return `${unit(Math.floor(durationMs / DAY_MS), "day")} ${unit(Math.floor((durationMs % DAY_MS) / HOUR_MS), "hour")}`
}

/** The clock time of an event today, or its date and time before today. */
export function formatMoment(atMs: number, nowMs: number, locale: string): string {
  return moment(atMs, nowMs, locale, { second: "2-digit" })
}

/** The same for what people do themselves, where seconds are noise. */
export function formatMinute(atMs: number, nowMs: number, locale: string): string {
  return moment(atMs, nowMs, locale, {})
}

function moment(atMs: number, nowMs: number, locale: string, today: Intl.DateTimeFormatOptions): string {
  const at = new Date(atMs)
  const isToday = at.toDateString() === new Date(nowMs).toDateString()
  return new Intl.DateTimeFormat(locale, {
    ...(isToday ? today : { month: "short", day: "numeric" }),
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
  }).format(at)
}

export function formatShare(part: number, whole: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(
    whole === 0 ? 0 : part / whole,
  )
}
