import { useSyncExternalStore } from "react"

const LOOK_MS = 60_000

function listen(listener: () => void): () => void {
  const timer = setInterval(listener, LOOK_MS)
  return () => clearInterval(timer)
}

/** When today began, as milliseconds; drawn again once it is another day. */
export function useToday(): number {
  return useSyncExternalStore(listen, () => new Date().setHours(0, 0, 0, 0))
}
