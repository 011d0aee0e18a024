import type { Inline } from "./tree.ts"

/** A piece of a line while it is being read, in a row that can be cut and wrapped. */
export interface Piece {
  inline: Inline
  /** A link that was written as a bare address: it gives way to one around it. */
  isBare: boolean
  prev: Piece | null
  next: Piece | null
}

/** A row of pieces. */
export class Row {
  first: Piece | null = null
  last: Piece | null = null

  push(inline: Inline, isBare = false): Piece {
    const piece: Piece = { inline, isBare, prev: this.last, next: null }
    if (this.last === null) this.first = piece
    else this.last.next = piece
    this.last = piece
    return piece
  }

  remove(piece: Piece): void {
    if (piece.prev === null) this.first = piece.next
    else piece.prev.next = piece.next
    if (piece.next === null) this.last = piece.prev
    else piece.next.prev = piece.prev
  }

  insertAfter(place: Piece, inline: Inline): Piece {
    const piece: Piece = { inline, isBare: false, prev: place, next: place.next }
    if (place.next === null) this.last = piece
    else place.next.prev = piece
    place.next = piece
    return piece
  }

  /** Cut out what stands between two pieces, or behind the first when the second is null. */
  cut(after: Piece, before: Piece | null): Inline[] {
    const inner = gather(after.next, before)
    after.next = before
    if (before === null) this.last = after
    else before.prev = after
    return inner
  }

  inlines(): Inline[] {
    return gather(this.first, null)
  }
}

/** Pieces as plain values; texts that touch become one. */
function gather(from: Piece | null, end: Piece | null): Inline[] {
  const inlines: Inline[] = []
  for (let piece = from; piece !== null && piece !== end; piece = piece.next) {
    const before = inlines.at(-1)
    if (piece.inline.kind !== "text" || before?.kind !== "text") inlines.push(piece.inline)
    else inlines[inlines.length - 1] = { kind: "text", text: before.text + piece.inline.text }
  }
  return inlines.filter((one) => one.kind !== "text" || one.text !== "")
}

/** The text of inlines without their marks, as the description of an image has it. */
export function textOf(inlines: readonly Inline[]): string {
  let text = ""
  for (const inline of inlines) {
    if (inline.kind === "text" || inline.kind === "code" || inline.kind === "html") text += inline.text
    else if (inline.kind === "image") text += inline.alt
    else if (inline.kind === "math") text += inline.source
    else if (inline.kind === "break") text += "\n"
    else if (inline.kind !== "note") text += textOf(inline.children)
  }
  return text
}
