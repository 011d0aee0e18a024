/** A day and its month, with the year where it is another one than now. */
export function formatDay(atMs: number, locale: string): string {
  const isThisYear = new Date(atMs).getFullYear() === new Date().getFullYear()
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) }).format(atMs)
}
