/** Tells readers at most once per frame, all of them in one; on a hidden page, which gets no frames, by a timer. */
export interface FrameClock {
  /** Run `flush` at once if nothing ran since the last frame, else with the next one. Asked again before that, it is run once. */
  schedule(flush: () => void): void
}

export interface FramePorts {
  isHidden(): boolean
  /** Returns what takes it back. */
  onFrame(run: () => void): () => void
  after(ms: number, run: () => void): () => void
  /** Hears that the page was hidden. */
  onHide(run: () => void): void
}

const HIDDEN_MS = 100

export function createFrameClock(ports: FramePorts): FrameClock {
  let waiting = new Set<() => void>()
  let takeBack: (() => void) | null = null

  const run = (): void => {
    takeBack = null
    if (waiting.size === 0) return
    const now = waiting
    waiting = new Set()
    book()
    for (const flush of now) flush()
  }
  const book = (): void => {
    takeBack = ports.isHidden() ? ports.after(HIDDEN_MS, run) : ports.onFrame(run)
  }
  ports.onHide(() => {
    // The frame that was asked for will not come before the page is looked at again.
    if (takeBack === null) return
    takeBack()
    book()
  })

  return {
    schedule(flush) {
      if (takeBack !== null) {
        waiting.add(flush)
        return
      }
      // What comes after a pause is drawn with the frame that is next in any case: to wait for it would cost one.
      book()
      flush()
    },
  }
}
