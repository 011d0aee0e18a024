import { useSyncExternalStore } from "react"
import type { ConnectionState } from "@/live/connection"
import type { Draft, DraftStore } from "@/live/drafts"
import type { Finished } from "@/live/finished"
import { live } from "@/live/instance"
import type { OutboxState } from "@/live/outbox"
import type { RunView } from "@/live/run-store"

/** The door of the live layer for components. */

/** Follow a run while the component is there; shown at most once per frame. */
export function useRun(runId: string): RunView {
  const store = live().runs.of(runId)
  return useSyncExternalStore(store.subscribe, store.view)
}

export function useConnectionState(): ConnectionState {
  const { connection } = live()
  return useSyncExternalStore(connection.subscribe, connection.state)
}

/** What waits for the server, and what it has refused. */
export function useOutbox(): OutboxState {
  const { outbox } = live()
  return useSyncExternalStore(outbox.subscribe, outbox.state)
}

/** What is being written in a conversation, and how to change and send it. */
export function useDraft(conversationId: string): readonly [Draft, DraftStore] {
  const store = live().draft(conversationId)
  return [useSyncExternalStore(store.subscribe, store.view), store]
}

/** Answers that ended while somebody looked elsewhere. */
export function useFinished(): readonly Finished[] {
  const { finished } = live()
  return useSyncExternalStore(finished.subscribe, finished.view)
}
