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

/** Begin a conversation and say the first words in it. Returns its id once the server has made it. */
export async function begin(
  queries: QueryClient,
  store: DraftStore,
  said: SaidBody,
  isTemporary: boolean,
): Promise<string | null> {
  const { outbox } = live()
  const model = said.model ?? said.models?.[0]
  const begun = outbox.add(acts.begin({ settings: model ? { model } : {}, ...(isTemporary ? { is_temporary: true } : {}) }))
  store.send(acts.send(idOf(begun.id), said))
  const { body } = await begun.answer
  if (!isConversation(body)) return null
  seed(queries, body)
  // No event tells of one that is temporary.
  if (isTemporary) void queries.invalidateQueries({ queryKey: ["sidebar"] })
  await whenNamed(outbox, begun.id)
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
  const isNamed = (): boolean => !outbox.state().acts.some(({ id, about }) => id === actId || about === idOf(actId))
  if (isNamed()) return Promise.resolve()
  return new Promise((resolve) => {
    const leave = outbox.subscribe(() => {
      if (!isNamed()) return
      leave()
      resolve()
    })
  })
}
