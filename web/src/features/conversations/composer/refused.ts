import { filesOf, wordsOf } from "@/features/conversations/composer/use-editing"
import { idOf, type Problem, type QueuedAct } from "@/live/acts"
import type { DraftStore } from "@/live/drafts"
import type { Outbox } from "@/live/outbox"
import { isPart, type Part } from "@/live/parts"

/** Something said here that the server refused: what it was, why, and what was refused with it. */
export interface RefusedWords {
  readonly act: QueuedAct
  readonly problem: Problem
  /** The act that was to make its conversation; it goes with it. */
  readonly begin: QueuedAct | null
}

const SAYING = new Set(["send", "edit"])

/** What was refused in a conversation, or of conversations that were to begin (`null`). */
export function refusedIn(all: readonly QueuedAct[], conversationId: string | null): RefusedWords[] {
  return all.flatMap((act) => {
    if (act.problem === null || !SAYING.has(act.kind)) return []
    const isNew = act.about.startsWith("{act:")
    if (conversationId === null ? !isNew : act.about !== conversationId) return []
    return [{ act, problem: act.problem, begin: all.find(({ id }) => isNew && act.about === idOf(id)) ?? null }]
  })
}

/** Send it once more, with the conversation that it was to begin. */
export function sendAgain({ act, begin }: RefusedWords, outbox: Outbox): Promise<void> {
  return outbox.again(begin?.id ?? act.id)
}

/** Take it out of the outbox, and its words and files back into the box. */
export async function takeBack(refused: RefusedWords, outbox: Outbox, store: DraftStore): Promise<void> {
  const parts = partsIn(refused.act)
  const { text, attachments } = store.view()
  // First into the draft: should the page end in between, the words are there twice and not gone.
  store.change({
    text: [wordsOf(parts), text].filter(Boolean).join("\n\n"),
    attachments: [...filesOf(parts), ...attachments],
  })
  await store.flush()
  await drop(refused, outbox)
}

export async function drop({ act, begin }: RefusedWords, outbox: Outbox): Promise<void> {
  await outbox.discard(act.id)
  if (begin !== null) await outbox.discard(begin.id)
}

export function partsIn({ body }: Pick<QueuedAct, "body">): readonly Part[] {
  if (!(body instanceof Object)) return []
  const text: unknown = Reflect.get(body, "text")
  if (typeof text === "string") return [{ kind: "text", text }]
  const parts: unknown = Reflect.get(body, "parts")
  return Array.isArray(parts) ? parts.filter(isPart) : []
}
