import { useSyncExternalStore } from "react"

const TICK_MS = 1000

/** The time in whole seconds, as milliseconds; a component that reads it is drawn again each second. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      const timer = setInterval(listener, TICK_MS)
      return () => clearInterval(timer)
    },
    () => Math.floor(Date.now() / TICK_MS) * TICK_MS,
  )
}
