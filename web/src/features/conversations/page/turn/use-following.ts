import { useState, useSyncExternalStore } from "react"
import { live } from "@/live/instance"
import type { RunStore, RunView } from "@/live/run-store"

const nobody = (): (() => void) => () => undefined
const nothing = (): null => null

/** Follow an answer while it is made; null for one that is not. Once it has ended, what it was is kept. */
export function useFollowing(runId: string | null): RunView | null {
  const store = useStore(runId)
  return useSyncExternalStore(store?.subscribe ?? nobody, store?.view ?? nothing)
}

/** One fact of an answer that is made: who looks at it is drawn anew when it changes, not with each word. */
export function useOfRun<T extends string | number | null>(runId: string | null, fact: (view: RunView | null) => T): T {
  const store = useStore(runId)
  return useSyncExternalStore(store?.subscribe ?? nobody, () => fact(store?.view() ?? null))
}

function useStore(runId: string | null): RunStore | null {
  // The turn stays when its answer becomes a message, and what only the run knew is shown on.
  const [followed, setFollowed] = useState(runId)
  if (runId !== null && runId !== followed) setFollowed(runId)
  return followed === null ? null : live().runs.of(followed)
}
