import type { Piece, Row } from "./inline-nodes.ts"

/** A run of `*`, `_` or `~` that may open or close emphasis. */
export interface Delimiter {
  sign: string
  count: number
  original: number
  canOpen: boolean
  canClose: boolean
  piece: Piece
  prev: Delimiter | null
  next: Delimiter | null
}

const SPACE = /^\s$/u
const PUNCTUATION = /^[\p{P}\p{S}]$/u

/** Whether a run may open and close, from what stands before and behind it. */
export function flanking(sign: string, before: string, after: string): { canOpen: boolean; canClose: boolean } {
  const isSpaceBefore = SPACE.test(before)
  const isSpaceAfter = SPACE.test(after)
  const isMarkBefore = PUNCTUATION.test(before)
  const isMarkAfter = PUNCTUATION.test(after)
  const isLeft = !isSpaceAfter && (!isMarkAfter || isSpaceBefore || isMarkBefore)
  const isRight = !isSpaceBefore && (!isMarkBefore || isSpaceAfter || isMarkAfter)
  if (sign !== "_") return { canOpen: isLeft, canClose: isRight }
  return { canOpen: isLeft && (!isRight || isMarkBefore), canClose: isRight && (!isLeft || isMarkAfter) }
}

/** Runs beyond these are text, so that emphasis never nests deeper than whoever walks through it can go. */
const MOST = 2000

/** The runs of a paragraph, the last on top. */
export class Delimiters {
  last: Delimiter | null = null
  #count = 0

  push(delimiter: Omit<Delimiter, "prev" | "next" | "original">): void {
    if (this.#count === MOST) return
    this.#count += 1
    const one: Delimiter = { ...delimiter, original: delimiter.count, prev: this.last, next: null }
    if (this.last !== null) this.last.next = one
    this.last = one
  }

  #remove(one: Delimiter): void {
    if (one.prev !== null) one.prev.next = one.next
    if (one.next === null) this.last = one.prev
    else one.next.prev = one.prev
  }

  /** Make emphasis of the runs above `bottom`, and forget them. */
  process(row: Row, bottom: Delimiter | null): void {
    // Below these no opener is left for a closer of that kind: without it, many closers would cost their square.
    const floors = new Map<string, Delimiter | null>()
    let closer = this.last
    while (closer !== null && closer.prev !== bottom) closer = closer.prev
    while (closer !== null) {
      if (!closer.canClose) {
        closer = closer.next
        continue
      }
      const key = `${closer.sign}${closer.canOpen}${closer.sign === "~" ? closer.count : closer.original % 3}`
      const floor = floors.get(key) ?? bottom
      const opener = openerFor(closer, bottom, floor)
      if (opener === null) {
        floors.set(key, closer.prev)
        const next: Delimiter | null = closer.next
        if (!closer.canOpen) this.#remove(closer)
        closer = next
        continue
      }
      closer = this.#wrap(row, opener, closer)
    }
    while (this.last !== null && this.last !== bottom) this.#remove(this.last)
  }

  /** Wrap what stands between two runs. Returns the next closer to look at. */
  #wrap(row: Row, opener: Delimiter, closer: Delimiter): Delimiter | null {
    const isDel = closer.sign === "~"
    const used = isDel ? closer.count : closer.count >= 2 && opener.count >= 2 ? 2 : 1
    shorten(opener, used)
    shorten(closer, used)
    const children = row.cut(opener.piece, closer.piece)
    const kind = isDel ? "del" : used === 2 ? "strong" : "em"
    row.insertAfter(opener.piece, { kind, children })
    // Runs between the two found no partner.
    opener.next = closer
    closer.prev = opener
    if (opener.count === 0) {
      row.remove(opener.piece)
      this.#remove(opener)
    }
    if (closer.count > 0) return closer
    const { next } = closer
    row.remove(closer.piece)
    this.#remove(closer)
    return next
  }
}

function shorten(one: Delimiter, used: number): void {
  one.count -= used
  one.piece.inline = { kind: "text", text: one.sign.repeat(one.count) }
}

function openerFor(closer: Delimiter, bottom: Delimiter | null, floor: Delimiter | null): Delimiter | null {
  let opener = closer.prev
  while (opener !== null && opener !== bottom && opener !== floor) {
    if (opener.sign === closer.sign && opener.canOpen && fits(opener, closer)) return opener
    opener = opener.prev
  }
  return null
}

function fits(opener: Delimiter, closer: Delimiter): boolean {
  if (closer.sign === "~") return opener.count === closer.count
  const isOdd = (closer.canOpen || opener.canClose) && closer.original % 3 !== 0
  return !isOdd || (opener.original + closer.original) % 3 !== 0
}
