import type { QueryClient } from "@tanstack/react-query"
import type { components } from "@/api/schema"
import { editedIn, remember, type Sent, sentOf } from "@/features/conversations/api/echo"
import { branchIn, fetchMore, type MessagePages, putMore, whenIdle, withChanged } from "@/features/conversations/api/messages"
import { fetchEnds } from "@/features/conversations/api/outline"
import type { QueuedAct } from "@/live/acts"
import type { SpaceEvent } from "@/live/frames"
import type { Outbox } from "@/live/outbox"
import { allStale, isAdding, keys, LIVE_KEYS } from "@/live/query-keys"
import type { SpaceEvents } from "@/live/space-events"

/** Keeps what pages show as the space is: by its events, and by the answers to what was said here. */

type Turn = components["schemas"]["Turns"]["items"][number]

interface FreshPorts {
  events: Pick<SpaceEvents, "onEvents" | "onGap">
  outbox: Pick<Outbox, "onAnswered" | "state" | "subscribe">
  /** Follow an answer before it is drawn: its first words may be there sooner than its turn. */
  follow(runId: string): void
  after(ms: number, run: () => void): () => void
  now(): number
}

/** Events that come within this time are one: an import says thousands. */
const TOGETHER_MS = 60
const ANSWERED_WITHIN_MS = 3_000

export function stayFresh(queries: QueryClient, ports: FreshPorts): () => void {
  let waiting: SpaceEvent[] = []

  const flush = (): void => {
    const events = waiting
    waiting = []
    freshen(queries, events, ports).catch(() => undefined)
  }
  const leave = [
    ports.events.onEvents((events) => {
      if (waiting.length === 0) ports.after(TOGETHER_MS, flush)
      waiting.push(...events)
    }),
    ports.events.onGap(() => {
      for (const queryKey of LIVE_KEYS) void queries.invalidateQueries({ queryKey })
    }),
    ports.outbox.onAnswered((act, answer) => {
      const sent = sentOf(answer)
      if (sent === null) return
      for (const { run_id } of sent.answers) ports.follow(run_id)
      takeSent(queries, act, sent, ports.now())
    }),
  ]
  return () => {
    for (const stop of leave) stop()
  }
}

async function freshen(queries: QueryClient, events: readonly SpaceEvent[], ports: FreshPorts): Promise<void> {
  // First what was said, then that nobody writes any more: an answer is never neither of the two.
  const grown = new Set(events.filter((event) => isAdding(event) || event.type === "answer.ended").map(talkOf))
  const fetched = [...grown].map(async (id) => {
    await whenAnswered(ports, id)
    void fetchEnds(queries, id)
    await fetchMore(queries, id, events)
  })
  await Promise.all(fetched)
  await Promise.all(allStale(events).map((queryKey) => queries.invalidateQueries({ queryKey: [...queryKey] })))
}

/** Wait for the answer to what is being sent: its event may come first, and the message stand beside its echo. */
function whenAnswered({ outbox, after }: FreshPorts, id: string): Promise<void> {
  const isSending = (): boolean => {
    const { acts, sending } = outbox.state()
    return acts.some((act) => act.id === sending && act.about === id)
  }
  if (!isSending()) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      stop()
      takeBack()
      resolve()
    }
    const stop = outbox.subscribe(() => {
      if (!isSending()) end()
    })
    const takeBack = after(ANSWERED_WITHIN_MS, end)
  })
}

function talkOf(event: SpaceEvent): string {
  return String(event.data["conversation"])
}

/** Put what was said, and the answers that began, where pages look: before its echo leaves the outbox. */
export function takeSent(queries: QueryClient, act: QueuedAct, sent: Sent, nowMs: number): void {
  const { message } = sent
  if (message !== null) {
    remember(message.id, act.id)
    for (const [queryKey, pages] of queries.getQueriesData<MessagePages>({ queryKey: keys.messages(act.about) })) {
      if (branchIn(pages) !== sent.branch_id) continue
      const changedId = editedIn(act)
      if (changedId === null) putMore(queries, queryKey, [message], null)
      else queries.setQueryData<MessagePages>(queryKey, (now) => now && withChanged(now, changedId, message))
    }
  }
  const begun = message === null ? [] : sent.answers.map((one): Turn => turnOf(act, sent, message.id, one, nowMs))
  if (begun.length > 0) {
    const queryKey = keys.answers(act.about)
    const put = (): void => {
      queries.setQueryData<Turn[]>(queryKey, (now) => {
        const known = new Set(now?.map(({ run_id }) => run_id))
        return [...(now ?? []), ...begun.filter(({ run_id }) => !known.has(run_id))]
      })
    }
    put()
    // As with messages: what is fetched now may be of before.
    void whenIdle(queries, queryKey, put)
  } else if (sent.answers.length > 0) void queries.invalidateQueries({ queryKey: keys.answers(act.about) })
  if (sent.queued !== null) void queries.invalidateQueries({ queryKey: keys.queue(act.about) })
}

function turnOf(act: QueuedAct, sent: Sent, parentId: string, begun: Sent["answers"][number], nowMs: number): Turn {
  return {
    run_id: begun.run_id,
    conversation_id: act.about,
    branch_id: sent.branch_id,
    parent_id: parentId,
    message_id: begun.message_id,
    created_by: null,
    started_at_ms: nowMs,
  }
}
