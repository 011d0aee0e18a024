/** A piece of a snippet, and whether it is what was looked for. */
export interface Piece {
  /** Where it begins, in characters. */
  readonly at: number
  readonly text: string
  readonly isMark: boolean
}

/** Cut a snippet at its marks, which are pairs of positions in characters (not UTF-16 units), in order. */
export function piecesOf(snippet: string, marks: readonly (readonly number[])[]): Piece[] {
  const letters = [...snippet]
  const pieces: Piece[] = []
  let at = 0
  const add = (to: number, isMark: boolean): void => {
    if (to > at) pieces.push({ at, text: letters.slice(at, to).join(""), isMark })
    at = Math.max(at, to)
  }
  for (const [from = 0, to = 0] of marks) {
    add(from, false)
    add(to, true)
  }
  add(letters.length, false)
  return pieces
}
