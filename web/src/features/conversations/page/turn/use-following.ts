import { useState, useSyncExternalStore } from "react"
import { live } from "@/live/instance"
import type { RunView } from "@/live/run-store"

const nobody = (): (() => void) => () => undefined
const nothing = (): null => null

/** Follow an answer while it is made; null for one that is not. Once it has ended, what it was is kept. */
export function useFollowing(runId: string | null): RunView | null {
  // The turn stays when its answer becomes a message, and what only the run knew is shown on.
  const [followed, setFollowed] = useState(runId)
  if (runId !== null && runId !== followed) setFollowed(runId)
  const store = followed === null ? null : live().runs.of(followed)
  return useSyncExternalStore(store?.subscribe ?? nobody, store?.view ?? nothing)
}
