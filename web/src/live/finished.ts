import type { MessageStatus } from "@/live/entries"
import type { SpaceEvent } from "@/live/frames"
import { createSignal } from "@/live/signal"

/** An answer that ended while somebody looked elsewhere. */
export interface Finished {
  readonly messageId: string
  readonly conversationId: string
  readonly branchId: string
  readonly status: MessageStatus
  readonly atMs: number
}

/** Answers that finish elsewhere, to be announced with a link; the last ones, the newest last. */
export interface FinishedFeed {
  view(): readonly Finished[]
  subscribe(listener: () => void): () => void
  take(events: readonly SpaceEvent[]): void
  /** A conversation is looked at: nothing of it is news. */
  look(conversationId: string | null): void
  dismiss(messageId: string): void
}

const MOST = 20

export function createFinishedFeed(): FinishedFeed {
  let shown: readonly Finished[] = []
  let here: string | null = null
  const news = createSignal()

  const set = (next: readonly Finished[]): void => {
    if (next.length === shown.length && next.every((one, at) => one === shown[at])) return
    shown = next
    news.tell()
  }

  return {
    view: () => shown,
    subscribe: news.on,
    take(events) {
      const ended = events.filter(({ type }) => type === "answer.ended").map(finishedOf)
      const elsewhere = ended.filter(({ conversationId }) => conversationId !== here)
      if (elsewhere.length > 0) set([...shown, ...elsewhere].slice(-MOST))
    },
    look(conversationId) {
      here = conversationId
      set(shown.filter((one) => one.conversationId !== conversationId))
    },
    dismiss: (messageId) => set(shown.filter((one) => one.messageId !== messageId)),
  }
}

function finishedOf(event: SpaceEvent): Finished {
  const { conversation, branch, status } = event.data
  return {
    messageId: event.subject,
    conversationId: String(conversation),
    branchId: String(branch),
    status: status === "failed" || status === "interrupted" ? status : "complete",
    atMs: event.at_ms,
  }
}
