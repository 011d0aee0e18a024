/** Text that grows: adding costs the same however long it is, and it is joined only when somebody reads it. */
export interface Rope {
  readonly length: number
  add(text: string): void
  /** Put other text in place of all of it. */
  set(text: string): void
  text(): string
  /** What came after the first `from` characters (UTF-16 units). */
  tail(from: number): string
}

export function createRope(): Rope {
  let joined = ""
  let pieces: string[] = []
  let length = 0

  const text = (): string => {
    if (pieces.length > 0) {
      joined += pieces.join("")
      pieces = []
    }
    return joined
  }

  return {
    get length() {
      return length
    },
    add(more) {
      if (more === "") return
      pieces.push(more)
      length += more.length
    },
    set(whole) {
      joined = whole
      pieces = []
      length = whole.length
    },
    text,
    tail(from) {
      // The usual reader has all but the last pieces: nothing before them is touched.
      let at = length
      let first = pieces.length
      while (first > 0 && at > from) {
        first -= 1
        at -= pieces[first]?.length ?? 0
      }
      return at > from ? text().slice(from) : pieces.slice(first).join("").slice(from - at)
    },
  }
}
