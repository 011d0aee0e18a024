import type { QueryClient, QueryFunction, QueryFunctionContext, QueryKey } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import { answersQuery, conversationQuery, queueQuery } from "@/features/conversations/api/conversations"
import { FIRST_MESSAGES, messagesQuery, type Place } from "@/features/conversations/api/messages"
import { outlineQuery } from "@/features/conversations/api/outline"
import { live } from "@/live/instance"

/**
 * What a page opens with comes in one answer, of which each query takes its part: one way to the server, not six.
 *
 * They stand there as being asked for from the start, so that what happens meanwhile makes them stale as ever; and
 * from then on each asks for itself, as it does at once where the one answer did not come.
 */

/** Ask for what the page of a conversation shows, unless that is known or asked for. */
export function openConversation(queries: QueryClient, id: string, place: Place): void {
  const conversation = conversationQuery(id)
  if (queries.getQueryState(conversation.queryKey) !== undefined) return
  const { branchId, anchorId } = place
  const query = {
    limit: FIRST_MESSAGES,
    ...(branchId === undefined ? {} : { branch_id: branchId }),
    ...(anchorId === undefined ? {} : { last_id: anchorId }),
  }
  const params = { path: { conversation_id: id }, query }
  const opening = take(api.GET("/salon/v1/conversations/{conversation_id}/opening", { params }))
  live().events.reading(opening.then(({ number }) => number))
  // Of which branch it is only the answer says; a long one is asked for by whoever shows it.
  const outlined = opening.then(({ outline }) => {
    if (outline?.branch) queries.setQueryData(outlineQuery(id, outline.branch.id).queryKey, outline)
  })
  outlined.catch(() => undefined)
  fill(queries, conversation, opening.then((opened) => opened.conversation))
  fill(queries, queueQuery(id), opening.then(({ queue }) => queue.items))
  fill(queries, answersQuery(id), opening.then(({ answers }) => answers.items))
  const messages = messagesQuery(id, place)
  void queries.prefetchInfiniteQuery({ ...messages, queryFn: partOr(opening.then((opened) => opened.messages), messages.queryFn) })
}

interface Filled<Data, Key extends QueryKey> {
  queryKey: Key
  queryFn?: QueryFunction<Data, Key>
}

/** Have a query answered by a part of the one answer. */
export function fill<Data, Key extends QueryKey>(queries: QueryClient, options: Filled<Data, Key>, part: Promise<Data>): void {
  void queries.prefetchQuery({ ...options, queryFn: partOr(part, options.queryFn) })
}

/** A part of the one answer; where that did not come, what is asked for by itself. */
function partOr<Data, Key extends QueryKey, Param>(part: Promise<Data>, queryFn: QueryFunction<Data, Key, Param> | undefined) {
  return async (context: QueryFunctionContext<Key, Param>): Promise<Data> => {
    try {
      return await part
    } catch (problem) {
      if (queryFn === undefined) throw problem
      return queryFn(context)
    }
  }
}
