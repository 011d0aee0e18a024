/** A place in a line, counted in characters and in columns: a tab reaches to the next stop of four. */
export class Cursor {
  offset = 0
  column = 0
  /** The next character that is no space. */
  next = 0
  nextColumn = 0
  isBlank = false
  isTabOpen = false

  constructor(readonly line: string) {
    this.look()
  }

  get indent(): number {
    return this.nextColumn - this.column
  }

  get isIndented(): boolean {
    return this.indent >= 4
  }

  /** From the next character that is no space. */
  get rest(): string {
    return this.line.slice(this.next)
  }

  look(): void {
    let at = this.offset
    let column = this.column
    let sign = this.line[at]
    while (sign === " " || sign === "\t") {
      column += sign === "\t" ? 4 - (column % 4) : 1
      at += 1
      sign = this.line[at]
    }
    this.isBlank = sign === undefined
    this.next = at
    this.nextColumn = column
  }

  isSpace(at = this.offset): boolean {
    const sign = this.line[at]
    return sign === " " || sign === "\t"
  }

  /** Go on by `count` characters, or columns, in which case a tab may be taken in part. */
  advance(count: number, isColumns = false): void {
    let left = count
    while (left > 0 && this.offset < this.line.length) {
      if (this.line[this.offset] !== "\t") {
        this.isTabOpen = false
        this.offset += 1
        this.column += 1
        left -= 1
        continue
      }
      const toStop = 4 - (this.column % 4)
      this.isTabOpen = isColumns && toStop > left
      this.column += isColumns ? Math.min(toStop, left) : toStop
      this.offset += this.isTabOpen ? 0 : 1
      left -= isColumns ? toStop : 1
    }
    this.look()
  }

  skipSpaces(): void {
    this.offset = this.next
    this.column = this.nextColumn
    this.isTabOpen = false
    this.look()
  }

  /** What is left of the line; the open part of a tab is spaces. */
  take(): string {
    if (!this.isTabOpen) return this.line.slice(this.offset)
    return " ".repeat(4 - (this.column % 4)) + this.line.slice(this.offset + 1)
  }
}
