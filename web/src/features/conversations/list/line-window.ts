/** Which lines of a long list are drawn. Heights are known, so nothing is measured but the list itself. */

const SPARE_PX = 400

export interface Seen {
  readonly from: number
  readonly to: number
}

/** The places to draw, in order: what is seen with some to spare, and `focused` wherever it is. `tops` has one more entry: the end. */
export function windowOf(tops: readonly number[], seen: Seen, focused: number): number[] {
  const count = tops.length - 1
  const first = Math.max(0, placeAt(tops, seen.from - SPARE_PX))
  const drawn: number[] = []
  if (focused >= 0 && focused < first) drawn.push(focused)
  for (let place = first; place < count && (tops[place] ?? 0) < seen.to + SPARE_PX; place += 1) drawn.push(place)
  if (focused > (drawn.at(-1) ?? -1) && focused < count) drawn.push(focused)
  return drawn
}

/** The last place whose top is not below `at`. */
function placeAt(tops: readonly number[], at: number): number {
  let low = 0
  let high = tops.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((tops[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}

/** What scrolls an element: its nearest ancestor that does. */
export function scrollerOf(element: Element | null): Element | null {
  for (let one = element?.parentElement ?? null; one !== null; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one
  }
  return null
}
