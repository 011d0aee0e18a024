import { useState } from "react"

/**
 * Keep showing what was there when a pointer went down on it, until it is lifted: what comes meanwhile waits, so that a
 * press ends on what it began on.
 *
 * @returns What is to be shown, and what to do when a pointer goes down.
 */
export function useHeld<T>(now: T): readonly [shown: T, hold: () => void] {
  "use no memo"
  const [held, setHeld] = useState<{ readonly value: T } | null>(null)
  const hold = (): void => {
    const lifted = new AbortController()
    const end = (): void => {
      lifted.abort()
      // After the click that comes of it.
      setTimeout(() => setHeld(null))
    }
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, end, { signal: lifted.signal })
    setHeld({ value: now })
  }
  return [held === null ? now : held.value, hold]
}
