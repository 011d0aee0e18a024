import type { Connection } from "@/live/connection"
import { createRunStore, type RunStore, type RunStorePorts } from "@/live/run-store"

/** The runs that a tab follows: one store each, however many look at it. */
export interface Runs {
  /** The store of a run; it is followed while somebody has subscribed to it. */
  of(runId: string): RunStore
  /** Follow a run that will be looked at in a moment. */
  ahead(runId: string): void
}

interface Kept {
  store: RunStore
  isIdle(): boolean
}

/** How many that nobody looks at are kept: who comes back sees what there was at once. */
const KEPT = 50
/** A part that is shown elsewhere leaves and comes back within one frame: that must not ask the server. */
const LINGER_MS = 1_000

export function createRuns(
  connection: Connection,
  ports: RunStorePorts & { after(ms: number, run: () => void): () => void },
): Runs {
  const stores = new Map<string, Kept>()

  const make = (runId: string): Kept => {
    const store = createRunStore(runId, ports)
    let lookers = 0
    let leave: (() => void) | null = null
    const shared: RunStore = {
      ...store,
      subscribe(listener) {
        lookers += 1
        leave ??= connection.add(store)
        const unsubscribe = store.subscribe(listener)
        let isOver = false
        return () => {
          unsubscribe()
          if (isOver) return
          isOver = true
          lookers -= 1
          ports.after(LINGER_MS, () => {
            if (lookers > 0) return
            leave?.()
            leave = null
          })
        }
      },
    }
    return { store: shared, isIdle: () => leave === null }
  }
  const forget = (): void => {
    for (const [runId, kept] of stores) {
      if (stores.size <= KEPT) return
      if (kept.isIdle()) stores.delete(runId)
    }
  }

  const of = (runId: string): RunStore => {
    let kept = stores.get(runId)
    if (kept === undefined) {
      forget()
      kept = make(runId)
      stores.set(runId, kept)
    }
    return kept.store
  }
  return {
    of,
    ahead: (runId) => of(runId).subscribe(() => undefined)(),
  }
}
