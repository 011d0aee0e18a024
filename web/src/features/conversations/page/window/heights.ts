/** Where turns lie in a long column: measured where they were drawn, estimated where not. */

export interface Range {
  readonly from: number
  /** The first that is not drawn any more. */
  readonly to: number
}

/** A turn, and how far below the top of the view it begins; in pixels, negative above it. */
export interface Anchor {
  readonly index: number
  readonly offset: number
}

export const NOTHING: Range = { from: 0, to: 0 }

/** The turns of the view and `over` pixels around it. */
export function rangeAround(heights: readonly number[], { index, offset }: Anchor, view: number, over: number): Range {
  let from = index
  let top = offset
  while (from > 0 && top > -over) {
    from -= 1
    top -= heights[from] ?? 0
  }
  let to = index
  let bottom = offset
  while (to < heights.length && bottom < view + over) {
    bottom += heights[to] ?? 0
    to += 1
  }
  return { from, to }
}

/** The last turns, enough to fill the view and `over` pixels above it. */
export function rangeAtEnd(heights: readonly number[], view: number, over: number): Range {
  let from = heights.length
  for (let filled = 0; from > 0 && filled < view + over; ) {
    from -= 1
    filled += heights[from] ?? 0
  }
  return { from, to: heights.length }
}

export function sumOf(heights: readonly number[], from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index += 1) sum += heights[index] ?? 0
  return sum
}

/** The turn at a height of the column, and where it begins as seen from there. */
export function anchorAt(heights: readonly number[], top: number): Anchor {
  let begin = 0
  for (let index = 0; index < heights.length; index += 1) {
    const end = begin + (heights[index] ?? 0)
    if (end > top) return { index, offset: begin - top }
    begin = end
  }
  return { index: Math.max(0, heights.length - 1), offset: begin - (heights.at(-1) ?? 0) - top }
}

/** Whether a range holds another. */
export function holds(range: Range, other: Range): boolean {
  return range.from <= other.from && range.to >= other.to
}
