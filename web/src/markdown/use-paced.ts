"use no memo" // How much is drawn is a matter of the moment, not of the text alone.
import { useLayoutEffect, useState } from "react"
import { drawNext, drew, lettersLeft } from "./pace.ts"

/**
 * What of a text is drawn now. A text that comes faster than it can be drawn is drawn in pieces, one each frame, so
 * that keys and the wheel are heard between them; what comes at the pace of a model passes as it is.
 */

/** Where a piece of so many letters ends: after a whole line or word, if there is one. */
function endOfPiece(text: string, from: number, letters: number): number {
  const most = from + letters
  if (most >= text.length) return text.length
  if (letters === 0) return from
  const line = text.lastIndexOf("\n", most - 1) + 1
  if (line > from + letters / 2) return line
  const word = text.lastIndexOf(" ", most - 1) + 1
  return word > from ? word : most
}

/** How far a text has been drawn. */
class Drawing {
  #text = ""
  /** Nothing more is to come: what comes then is another text. */
  #isWhole: boolean
  #letters = 0
  #startedMs = 0

  constructor(grows: boolean) {
    this.#isWhole = !grows
  }

  /** Begin to draw: returns as much of the text as there is time for. */
  begin(text: string, isStreaming: boolean): string {
    this.#startedMs = performance.now()
    const goesOn = text.slice(0, this.#text.length) === this.#text
    const isOther = !isStreaming && (this.#isWhole || !goesOn)
    const from = goesOn ? this.#text.length : 0
    const end = isOther ? text.length : endOfPiece(text, from, lettersLeft())
    this.#letters = isOther ? 0 : end - from
    this.#text = end < text.length ? text.slice(0, end) : text
    this.#isWhole = !isStreaming && end === text.length
    return this.#text
  }

  /** It stands in the document. */
  end(): void {
    if (this.#letters > 0) drew(performance.now() - this.#startedMs, this.#letters)
    this.#letters = 0
  }
}

interface Paced {
  text: string
  isStreaming: boolean
}

/** A text as far as it is to be drawn. One that was there before and does not grow is drawn at once. */
export function usePaced(text: string, isStreaming: boolean, isNew: boolean): Paced {
  const [drawing] = useState(() => new Drawing(isStreaming || isNew))
  const [, draw] = useState(0)
  const drawn = drawing.begin(text, isStreaming)
  const isBehind = drawn.length < text.length
  useLayoutEffect(() => {
    drawing.end()
    if (!isBehind) return undefined
    return drawNext(() => draw((count) => count + 1))
  })
  return { text: drawn, isStreaming: isStreaming || isBehind }
}
