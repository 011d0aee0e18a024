import type { QueryClient } from "@tanstack/react-query"
import { Problem } from "@/api/problem"
import { stayFresh } from "@/features/conversations/api/stay-fresh"
import { connectionPorts } from "@/live/browser-ports"
import { live } from "@/live/instance"

const kept = new WeakSet<QueryClient>()

/** Open the connection of this tab, and keep what pages show as the space is; once, whoever asks. */
export function startFresh(queries: QueryClient): void {
  if (kept.has(queries)) return
  kept.add(queries)
  const { events, outbox, connection, runs } = live()
  stayFresh(queries, { events, outbox, follow: runs.ahead, after: connectionPorts.after, now: () => Date.now() })
  connection.subscribe(() => {
    // What was asked for while nobody answered, no event speaks of.
    if (connection.state().phase === "open") void queries.refetchQueries({ type: "active", predicate: ({ state }) => isUnanswered(state.error) })
  })
  connection.start()
}

const isUnanswered = (error: Error | null): boolean => error instanceof Problem && error.kind === "offline"
