import { editedIn } from "@/features/conversations/api/echo"
import type { RefusedWords, UnsentWords } from "@/features/conversations/composer/refused"
import { filesOf, wordsOf } from "@/features/conversations/composer/use-editing"
import type { QueuedAct } from "@/live/acts"
import type { DraftStore } from "@/live/drafts"
import type { Outbox } from "@/live/outbox"
import { isPart, type Part } from "@/live/parts"

/** What was said, in words. */
export function wordsIn(act: QueuedAct): string {
  return wordsOf(partsIn(act))
}

/** Send it once more, with the conversation that it was to begin. */
export function sendAgain({ act, begin }: RefusedWords, outbox: Outbox): Promise<void> {
  return outbox.again(begin?.id ?? act.id)
}

/** Take it out of the outbox, and its words and files back into the box. */
export async function takeBack(unsent: UnsentWords, outbox: Outbox, store: DraftStore): Promise<void> {
  const parts = partsIn(unsent.act)
  const { text, attachments } = store.view()
  // First into the draft: should the page end in between, the words are there twice and not gone.
  store.change({
    text: [wordsOf(parts), text].filter(Boolean).join("\n\n"),
    attachments: [...filesOf(parts), ...attachments],
    edits: editedIn(unsent.act),
  })
  await store.flush()
  await drop(unsent, outbox)
}

export async function drop({ act, begin }: UnsentWords, outbox: Outbox): Promise<void> {
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
