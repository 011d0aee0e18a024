import type { Voice } from "@/lib/voices"

/** A turn, as the score draws it. */
export interface ScoredTurn {
  /** The id of its message. */
  readonly id: string
  readonly name: string
  readonly voice: Voice
  readonly tokens: number
}

/** A piece of the score: one turn, or several neighbours where there are more turns than there is room for. */
export interface Segment {
  readonly from: number
  /** The first turn after it. */
  readonly to: number
  readonly voice: Voice
  /** How much of the height it takes, beside the others. */
  readonly weight: number
}

/** A turn and the gap below it take at least this much. */
const LEAST_PX = 5

/** Long turns are longer, but a page of text is not a hundred times a word. */
export function weightOf(tokens: number): number {
  return Math.sqrt(Math.max(0, tokens) + 24)
}

/** The segments of a score of that height, oldest first. */
export function segmentsOf(turns: readonly ScoredTurn[], heightPx: number): Segment[] {
  const room = Math.max(1, Math.floor(heightPx / LEAST_PX))
  const each = Math.max(1, Math.ceil(turns.length / room))
  const segments: Segment[] = []
  for (let from = 0; from < turns.length; from += each) {
    const group = turns.slice(from, from + each)
    const longest = group.reduce((one, other) => (other.tokens > one.tokens ? other : one))
    const weight = group.reduce((sum, { tokens }) => sum + weightOf(tokens), 0)
    segments.push({ from, to: from + group.length, voice: longest.voice, weight })
  }
  return segments
}

/** The turn at a place of the score, from 0 at its top to 1 at its bottom. */
export function turnAt(segments: readonly Segment[], place: number): number {
  const whole = segments.reduce((sum, { weight }) => sum + weight, 0)
  let left = Math.min(1, Math.max(0, place)) * whole
  for (const { from, to, weight } of segments) {
    if (left <= weight) return Math.min(to - 1, from + Math.floor((left / weight) * (to - from)))
    left -= weight
  }
  return Math.max(0, (segments.at(-1)?.to ?? 1) - 1)
}
