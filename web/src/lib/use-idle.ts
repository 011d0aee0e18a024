import { startTransition, useEffect, useState } from "react"

/** Where a browser does not say when it has time. */
const LATER_MS = 120

/**
 * False when a component comes, true once the browser has had time for it.
 *
 * For what nobody sees at once: a list that is scrolled fast then draws what is read, and no more.
 */
export function useIdle(isWantedNow: boolean): boolean {
  const [isIdle, setIsIdle] = useState(isWantedNow)
  useEffect(() => {
    if (isIdle) return undefined
    const ready = (): void => startTransition(() => setIsIdle(true))
    if (typeof requestIdleCallback === "undefined") {
      const timer = setTimeout(ready, LATER_MS)
      return () => clearTimeout(timer)
    }
    const asked = requestIdleCallback(ready)
    return () => cancelIdleCallback(asked)
  }, [isIdle])
  return isIdle || isWantedNow
}
