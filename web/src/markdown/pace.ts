import { flushSync } from "react-dom"

/** How much a frame draws of texts that come faster than they can be drawn. */

/** What a frame may take, with all that stands in it: drawing, layout and paint are one task. */
const FRAME_MS = 36
/** While somebody types. */
const TYPING_FRAME_MS = 12
const TYPING_MS = 500
/** Drawn in any case: more than a model says within a frame. */
const LEAST_LETTERS = 160
/** Lists are drawn in a third of the time of tables and code, and what comes next is not known. */
const MOST_LETTERS = 3000
const FIRST_LETTERS = 1000

/** How many letters a frame of this machine has time for, for all the texts that grow together. */
const pace = {
  letters: FIRST_LETTERS,
  /** Drawn since the last frame was painted, and how long that took outside of a frame. */
  drawn: 0,
  outsideMs: 0,
  isBooked: false,
  isInFrame: false,
  /** Somebody goes on, or is drawn to the end in this frame. */
  isRushing: false,
  typedMs: -TYPING_MS,
  /** A key came, and nothing was painted since: its frame is its own. */
  isTyped: false,
  /** The last frame was a key's: of a key that is held, not every frame is. */
  wasForKey: false,
}
/** Those that go on in the next frame. */
const waiting = new Set<() => void>()
/** Those that wait until nobody goes on. */
const later = new Set<() => void>()

if (typeof document !== "undefined") {
  const typed = ({ key }: KeyboardEvent): void => {
    // What sends a message types none of the next.
    if (key === "Enter") return
    pace.typedMs = performance.now()
    pace.isTyped = true
    bookFrame()
  }
  document.addEventListener("keydown", typed, { capture: true, passive: true })
}

/** How many letters may be drawn now. */
export function lettersLeft(): number {
  if (document.hidden) return Number.POSITIVE_INFINITY
  return pace.isTyped ? 0 : Math.max(LEAST_LETTERS, pace.letters - pace.drawn)
}

/** So many letters stand in the document, which took so long. */
export function drew(ms: number, letters: number): void {
  pace.drawn += letters
  if (!pace.isInFrame) pace.outsideMs += ms
  bookFrame()
}

/** Go on with a text in the next frame that has time for it; returns how to leave that. */
export function drawNext(draw: () => void): () => void {
  waiting.add(draw)
  pace.isRushing = true
  bookFrame()
  return () => void waiting.delete(draw)
}

/** Whether more has come than is drawn: what can wait, like colours, waits then. */
export function isRushing(): boolean {
  return pace.isRushing
}

/** Do something once all that has come is drawn, one such thing after another; returns how to leave that. */
export function whenCalm(act: () => void): () => void {
  later.add(act)
  if (!isRushing()) setTimeout(doLater)
  return () => void later.delete(act)
}

function doLater(): void {
  const [act] = later
  if (act === undefined || isRushing()) return
  later.delete(act)
  // At once: what React put off would be done together with the next.
  flushSync(act)
  if (later.size > 0) setTimeout(doLater)
}

function bookFrame(): void {
  if (pace.isBooked) return
  pace.isBooked = true
  requestAnimationFrame(frame)
}

function frame(): void {
  const startedMs = performance.now()
  const isForKey = pace.isTyped && !pace.wasForKey
  pace.wasForKey = isForKey
  pace.isBooked = false
  pace.isTyped = false
  if (!isForKey && waiting.size > 0) {
    const drawings = [...waiting]
    waiting.clear()
    pace.isInFrame = true
    flushSync(() => drawings.forEach((draw) => draw()))
    pace.isInFrame = false
  }
  afterPaint(() => endFrame(performance.now() - startedMs + pace.outsideMs))
}

let painted: MessageChannel | null = null

/** Act once the frame that is being made is painted: a message comes after it, and no timer's least time later. */
function afterPaint(act: () => void): void {
  painted ??= new MessageChannel()
  painted.port1.addEventListener("message", act, { once: true })
  painted.port1.start()
  painted.port2.postMessage(null)
}

/** See what the frame took, and give the next one as many letters as it has time for. */
function endFrame(tookMs: number): void {
  const mayTakeMs = performance.now() - pace.typedMs < TYPING_MS ? TYPING_FRAME_MS : FRAME_MS
  // A frame with few letters in it tells nothing of how many there is time for.
  if (pace.drawn >= pace.letters / 2 || (pace.drawn > LEAST_LETTERS && tookMs > mayTakeMs)) {
    const share = Math.min(1.5, Math.max(0.5, mayTakeMs / Math.max(1, tookMs)))
    pace.letters = Math.round(Math.min(MOST_LETTERS, Math.max(LEAST_LETTERS, pace.letters * share)))
  }
  pace.drawn = 0
  pace.outsideMs = 0
  pace.isRushing = waiting.size > 0
  if (pace.isRushing) bookFrame()
  else if (later.size > 0) setTimeout(doLater)
}
