"use no memo" // How much is drawn is a matter of the moment, not of the text alone.
import { useLayoutEffect, useState } from "react"
import { flushSync } from "react-dom"

/**
 * What of a text is drawn now. A text that comes faster than it can be drawn is drawn in pieces, one each frame, so
 * that keys and the wheel are heard between them; what comes at the pace of a model passes as it is.
 */

/** Of each frame, for all the texts that grow together; layout and paint come on top. */
const FRAME_MS = 20
/** While somebody types: a key is to be seen within three frames, with what stood before it and its own. */
const TYPING_FRAME_MS = 6
const TYPING_MS = 500
/** Drawn in any case: more than a model says within a frame. */
const LEAST_LETTERS = 160
const FIRST_GUESS_MS = 0.03

/** What drawing costs on this machine, and how much of the frame is left for it. */
const pace = { msPerLetter: FIRST_GUESS_MS, leftMs: FRAME_MS, isBooked: false, typedMs: -TYPING_MS }

if (typeof document !== "undefined") {
  document.addEventListener("keydown", () => void (pace.typedMs = performance.now()), { capture: true, passive: true })
}

function lettersLeft(): number {
  if (document.hidden) return Number.POSITIVE_INFINITY
  return Math.max(LEAST_LETTERS, Math.floor(pace.leftMs / pace.msPerLetter))
}

function tookMs(ms: number, letters: number): void {
  pace.leftMs = Math.max(0, pace.leftMs - ms)
  // Small pieces say more of what a drawing costs at least than of letters.
  if (letters >= LEAST_LETTERS) pace.msPerLetter += (ms / letters - pace.msPerLetter) / 4
  if (pace.isBooked) return
  pace.isBooked = true
  requestAnimationFrame(() => {
    pace.isBooked = false
    pace.leftMs = performance.now() - pace.typedMs < TYPING_MS ? TYPING_FRAME_MS : FRAME_MS
  })
}

/** Where a piece of so many letters ends: after a whole line or word, if there is one. */
function endOfPiece(text: string, from: number, letters: number): number {
  const most = from + letters
  if (most >= text.length) return text.length
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
    if (this.#letters > 0) tookMs(performance.now() - this.#startedMs, this.#letters)
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
    const next = requestAnimationFrame(() => flushSync(() => draw((count) => count + 1)))
    return () => cancelAnimationFrame(next)
  })
  return { text: drawn, isStreaming: isStreaming || isBehind }
}
