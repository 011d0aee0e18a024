import type { Listed } from "@/features/conversations/api/conversations"

/** What the sidebar shows below each other: heads, and the conversations under them. */

export type SectionId = "temporary" | "pinned" | "today" | "yesterday" | "week" | "earlier"

export type Line =
  | { readonly kind: "head"; readonly id: SectionId }
  | { readonly kind: "row"; readonly id: string; readonly section: SectionId; readonly conversation: Listed }

const WEEK_DAYS = 7

function dayOf(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0)
}

/** The local day a moment is in, as days before the one `nowMs` is in. */
export function daysAgo(atMs: number, nowMs: number): number {
  // A day of 23 or 25 hours is a day.
  return Math.round((dayOf(nowMs) - dayOf(atMs)) / 86_400_000)
}

function sectionOf(one: Listed, nowMs: number): SectionId {
  const days = daysAgo(one.changed_at_ms, nowMs)
  if (days <= 0) return "today"
  if (days === 1) return "yesterday"
  return days < WEEK_DAYS ? "week" : "earlier"
}

interface Shown {
  readonly temporary: readonly Listed[]
  readonly pinned: readonly Listed[]
  readonly others: readonly Listed[]
}

/** The lines of the list; who is pinned stands only there. */
export function linesOf({ temporary, pinned, others }: Shown, nowMs: number): Line[] {
  const above = new Set(pinned.map(({ id }) => id))
  const rows = [
    ...temporary.map((one) => ({ one, section: "temporary" as const })),
    ...pinned.map((one) => ({ one, section: "pinned" as const })),
    ...others.filter(({ id }) => !above.has(id)).map((one) => ({ one, section: sectionOf(one, nowMs) })),
  ]
  let last: SectionId | null = null
  return rows.flatMap(({ one, section }): Line[] => {
    const row: Line = { kind: "row", id: one.id, section, conversation: one }
    const isNew = section !== last
    last = section
    return isNew ? [{ kind: "head", id: section }, row] : [row]
  })
}

/** The next row whose title begins with what was typed, from `from` on and around. */
export function typedTo(lines: readonly Line[], typed: string, from: number): number | null {
  const wanted = typed.toLocaleLowerCase()
  for (let step = 0; step < lines.length; step += 1) {
    const at = (from + step) % lines.length
    const line = lines[at]
    if (line?.kind === "row" && line.conversation.title.toLocaleLowerCase().startsWith(wanted)) return at
  }
  return null
}

/** The place of the next row in a direction, over heads; the same where there is none. */
export function nextRow(lines: readonly Line[], at: number, step: 1 | -1): number {
  for (let place = at + step; place >= 0 && place < lines.length; place += step) {
    if (lines[place]?.kind === "row") return place
  }
  return at
}
