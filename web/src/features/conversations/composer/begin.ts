import type { QueryClient } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import type { Conversation } from "@/features/conversations/api/conversations"
import { type MessagePages, messagesQuery } from "@/features/conversations/api/messages"
import type { SaidBody } from "@/features/conversations/composer/send-body"
import { idOf } from "@/live/acts"
import type { DraftStore } from "@/live/drafts"
import { live } from "@/live/instance"
import type { Outbox } from "@/live/outbox"
import { keys } from "@/live/query-keys"

/**
 * Begin a conversation and say the first words in it.
 *
 * Returns its id once the server has made it, or the id of the act that waits to make it where the server is away:
 * either opens a page. Null where it was refused.
 */
export async function begin(queries: QueryClient, store: DraftStore, said: SaidBody, isTemporary: boolean): Promise<string | null> {
  const { outbox } = live()
  const model = said.model ?? said.models?.[0]
  const begun = outbox.add(acts.begin({ settings: model ? { model } : {}, ...(isTemporary ? { is_temporary: true } : {}) }))
  const { kept } = store.send(acts.send(idOf(begun.id), said))
  const made = begun.answer.then(async ({ body }) => {
    const id = adopt(queries, begun.id, body)
    if (id !== null) await whenNamed(outbox, begun.id)
    return id
  })
  const open = async (): Promise<string | null> => {
    await Promise.all([begun.kept, kept])
    await when(outbox, () => outbox.state().blocked !== null)
    // Where nothing keeps the app in this browser its page may be out of reach, too.
    return import("@/features/conversations/start/pending-page").then(() => begun.id, () => made)
  }
  return Promise.race([made, open()])
}

/** What became of those that were begun here, by the ids of their acts. */
const became = new Map<string, string>()

/** The conversation that an act has made; undefined while the server has not said so to this tab. */
export function madeBy(actId: string): string | undefined {
  return became.get(actId)
}

/** Know a conversation that the server has made. Returns its id; null for what is no conversation. */
export function adopt(queries: QueryClient, actId: string, body: unknown): string | null {
  if (!isConversation(body)) return null
  if (became.has(actId)) return body.id
  became.set(actId, body.id)
  seed(queries, body)
  // No event tells of one that is temporary.
  if (body.is_temporary) void queries.invalidateQueries({ queryKey: ["sidebar"] })
  return body.id
}

function isConversation(body: unknown): body is Conversation {
  return body instanceof Object && "id" in body && "branches" in body && "settings" in body
}

/** What the page of a new conversation would ask for is known: it is drawn in one piece, with nothing to wait for. */
function seed(queries: QueryClient, conversation: Conversation): void {
  const { id, branches } = conversation
  const branch = branches.find((one) => one.id === conversation.branch_id) ?? null
  queries.setQueryData(keys.one(id), conversation)
  queries.setQueryData(keys.answers(id), [])
  queries.setQueryData(keys.queue(id), [])
  const empty: MessagePages = {
    pages: [{ items: [], next: null, branch, is_broken: false }],
    pageParams: [{ end: true }],
  }
  queries.setQueryData(messagesQuery(id).queryKey, empty)
  if (branch !== null) queries.setQueryData(messagesQuery(id, { branchId: branch.id }).queryKey, empty)
}

/** Wait until what was said names the conversation: its page finds it there then. */
function whenNamed(outbox: Outbox, actId: string): Promise<void> {
  return when(outbox, () => !outbox.state().acts.some(({ id, about }) => id === actId || about === idOf(actId)))
}

function when(outbox: Outbox, isSo: () => boolean): Promise<void> {
  if (isSo()) return Promise.resolve()
  return new Promise((resolve) => {
    const leave = outbox.subscribe(() => {
      if (!isSo()) return
      leave()
      resolve()
    })
  })
}
