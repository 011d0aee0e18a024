import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components, operations } from "@/api/schema"
import { keys } from "@/live/query-keys"

/** Conversations as lists show them, and one with all that belongs to it. */

export type Listed = components["schemas"]["ListedConversation"]
export type Conversation = components["schemas"]["ConversationWithBranches"]
export type Branch = components["schemas"]["Branch"]

type ListOperation = operations["list_conversations_salon_v1_conversations_get"]
/** Which conversations, in which order. */
export type ListFilter = Omit<NonNullable<ListOperation["parameters"]["query"]>, "cursor" | "limit">

const PAGE_ROWS = 50
const FIRST_PAGE: string | null = null
/** What changes is told by the events of the space. */
const FRESH = { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false } as const

export function conversationsQuery(filter: ListFilter = {}) {
  return infiniteQueryOptions({
    queryKey: [...keys.lists, filter],
    queryFn: ({ signal, pageParam }) => {
      const query = { ...filter, limit: PAGE_ROWS, ...(pageParam === null ? {} : { cursor: pageParam }) }
      return take(api.GET("/salon/v1/conversations", { signal, params: { query } }))
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.next,
    ...FRESH,
  })
}

export function conversationQuery(id: string) {
  const params = { path: { conversation_id: id } }
  return queryOptions({
    queryKey: keys.one(id),
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}", { signal, params })),
    ...FRESH,
  })
}

/** The answers under way, to be followed. */
export function answersQuery(id: string) {
  const params = { path: { conversation_id: id } }
  return queryOptions({
    queryKey: keys.answers(id),
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/conversations/{conversation_id}/answers", { signal, params }))).items,
    ...FRESH,
  })
}

/** What waits for the end of an answer. */
export function queueQuery(id: string) {
  const params = { path: { conversation_id: id } }
  return queryOptions({
    queryKey: keys.queue(id),
    queryFn: async ({ signal }) =>
      (await take(api.GET("/salon/v1/conversations/{conversation_id}/queue", { signal, params }))).items,
    ...FRESH,
  })
}

/** What the next answer would be told, in tokens by part. */
export function contextQuery(id: string, asked: { branchId?: string; model?: string; exact?: boolean } = {}) {
  const query = {
    ...(asked.branchId === undefined ? {} : { branch_id: asked.branchId }),
    ...(asked.model === undefined ? {} : { model: asked.model }),
    exact: asked.exact ?? false,
  }
  const params = { path: { conversation_id: id }, query }
  return queryOptions({
    queryKey: [...keys.context(id), query],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}/context", { signal, params })),
    ...FRESH,
  })
}

export function settingsQuery(id: string) {
  const params = { path: { conversation_id: id } }
  return queryOptions({
    queryKey: keys.settings(id),
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}/settings", { signal, params })),
    ...FRESH,
  })
}

/** How an answer came to be: it never changes, but it may be erased. */
export function answerRequestQuery(messageId: string) {
  const params = { path: { message_id: messageId } }
  return queryOptions({
    queryKey: keys.request(messageId),
    queryFn: ({ signal }) => take(api.GET("/salon/v1/messages/{message_id}/request", { signal, params })),
    ...FRESH,
  })
}

export function foldersQuery() {
  return queryOptions({
    queryKey: keys.folders,
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/folders", { signal }))).items,
    ...FRESH,
  })
}

export function tagsQuery() {
  return queryOptions({
    queryKey: keys.tags,
    queryFn: async ({ signal }) => (await take(api.GET("/salon/v1/tags", { signal }))).items,
    ...FRESH,
  })
}
