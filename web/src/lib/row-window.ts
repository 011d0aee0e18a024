/** Which of many rows to draw. Up to `WHOLE_UP_TO` all of them, so that the browser's own search finds each. */

export const WHOLE_UP_TO = 100
const FIRST_DRAWN = 30

export interface RowWindow {
  /** Positions of the rows to draw. */
  rows: readonly number[]
  /** Empty space that stands for the rows before and after them, in pixels. */
  before: number
  after: number
  /** Measures a row that names its position in `data-index`. */
  measure: (row: Element | null) => void
  /** Takes the element that holds the rows. */
  hold: (list: HTMLElement | null) => void
}

export interface RowWindowOptions {
  count: number
  /** A row's usual height in pixels, until it is measured. */
  height: number
  /** Names the row at a position for as long as it lives. */
  keyOf: (position: number) => string
}

/** All rows if they are few, else the first ones with room for the rest. */
export function firstWindow({ count, height }: Pick<RowWindowOptions, "count" | "height">): RowWindow {
  const drawn = count <= WHOLE_UP_TO ? count : FIRST_DRAWN
  return {
    rows: Array.from({ length: drawn }, (_, row) => row),
    before: 0,
    after: (count - drawn) * height,
    measure: () => undefined,
    hold: () => undefined,
  }
}
