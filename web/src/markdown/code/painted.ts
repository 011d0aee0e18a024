/** A piece of a line in one colour. */
export interface Piece {
  text: string
  className: string
}

export type Line = readonly Piece[]

/** Colours a line, given how the line before it ended; `after` says how this one ended. */
export interface Highlighter {
  paint(line: string, state: object | null): { pieces: Line; after: object }
}

/** Lines of code that are drawn together; plain ones are text only. */
export type Chunk = { kind: "plain"; text: string } | { kind: "coloured"; lines: readonly Line[] }

/** Code that still grows is coloured up to here, the rest when it is complete. */
export const CHUNKS_WHILE_GROWING = 4
/** How long one frame may colour, in milliseconds. */
const A_FRAME_MS = 8

interface Growing {
  chunks: readonly string[]
  tail: string
  isComplete: boolean
}

/**
 * The colours of one piece of code. Every line is coloured once, from the state in which the one before left
 * the grammar; only the unfinished last line is coloured again. What has colours keeps them.
 */
export class Painted {
  readonly #chunks: Chunk[] = []
  readonly #sources: string[] = []
  #state: object | null = null
  #tail: { line: string; pieces: Line; after: object }[] = []
  /** Whether lines are left that a later frame has to colour. */
  isBehind = false

  /**
   * The code in pieces of 32 lines, the last one short; the same pieces as before where nothing is new. Code without
   * any colours gets them later where there is no time for that now.
   */
  read(code: Growing, highlighter: Highlighter | null, hasTime = true): Chunk[] {
    if (this.#sources.some((source, index) => source !== code.chunks[index])) this.#forget()
    this.isBehind = false
    if (highlighter === null) return [...code.chunks, code.tail].map(plain)
    const limit = code.isComplete ? Number.POSITIVE_INFINITY : CHUNKS_WHILE_GROWING
    if (!hasTime && this.#chunks.length === 0 && this.#tail.length === 0) {
      this.isBehind = true
      return [...code.chunks, code.tail].map(plain)
    }
    const until = performance.now() + A_FRAME_MS
    while (this.#chunks.length < code.chunks.length && this.#chunks.length < limit) {
      if (performance.now() > until) {
        this.isBehind = true
        break
      }
      this.#addChunk(code.chunks[this.#chunks.length] ?? "", highlighter)
    }
    const rest = code.chunks.slice(this.#chunks.length).map(plain)
    const isTailNext = rest.length === 0 && this.#chunks.length < limit
    const tail = isTailNext ? this.#paintTail(code.tail, highlighter) : plain(code.tail)
    return [...this.#chunks, ...rest, tail]
  }

  #addChunk(text: string, highlighter: Highlighter): void {
    const lines = this.#paint(text, highlighter)
    this.#state = lines.at(-1)?.after ?? this.#state
    this.#chunks.push({ kind: "coloured", lines: lines.map((one) => one.pieces) })
    this.#sources.push(text)
    this.#tail = []
  }

  #paintTail(text: string, highlighter: Highlighter): Chunk {
    this.#tail = this.#paint(text, highlighter)
    return { kind: "coloured", lines: this.#tail.map((one) => one.pieces) }
  }

  /** Colour the lines behind those that are settled; lines that were the same in the tail before are taken from there. */
  #paint(text: string, highlighter: Highlighter): { line: string; pieces: Line; after: object }[] {
    let state = this.#state
    let isSame = true
    return linesOf(text).map((line, index) => {
      const known = isSame ? this.#tail[index] : undefined
      isSame = known?.line === line
      const painted = known !== undefined && isSame ? known : { line, ...paintLine(highlighter, line, state) }
      state = painted.after
      return painted
    })
  }

  #forget(): void {
    this.#chunks.length = 0
    this.#sources.length = 0
    this.#tail = []
    this.#state = null
  }
}

function plain(text: string): Chunk {
  return { kind: "plain", text }
}

function paintLine(highlighter: Highlighter, line: string, state: object | null): { pieces: Line; after: object } {
  const isEnded = line.endsWith("\n")
  const { pieces, after } = highlighter.paint(isEnded ? line.slice(0, -1) : line, state)
  return { pieces: isEnded ? [...pieces, { text: "\n", className: "" }] : pieces, after }
}

/** Lines with their line breaks. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
