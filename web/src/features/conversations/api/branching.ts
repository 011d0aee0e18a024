import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"
import type { Message } from "@/features/conversations/api/messages"
import { keys } from "@/live/query-keys"

/** The tree of a conversation, how its branches came to end where they do, how two differ, and what is shared of it. */

export type TreeMap = components["schemas"]["Map"]
export type MapStop = components["schemas"]["MapStop"]
export type Move = components["schemas"]["Move"]
export type Diff = components["schemas"]["Diff"]
export type DiffTurn = Diff["turns"][number]
export type Pair = components["schemas"]["Pair"]
export type Figures = components["schemas"]["Figures"]
export type Share = components["schemas"]["Share"]
export type ExactRequest = components["schemas"]["ExactRequest"]

const FRESH = { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false } as const
/** A map of before is of no use once a branch ends elsewhere. */
const SHORT_MS = 60_000
const MOST_MESSAGES = 200

/** Where the paths of a tree part and end. `heads` are the ends of its branches: with others it is another map. */
export function mapQuery(id: string, heads: readonly string[]) {
  const params = { path: { conversation_id: id } }
  return queryOptions({
    queryKey: [...keys.outline(id), "map", ...heads],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}/map", { signal, params })),
    ...FRESH,
    gcTime: SHORT_MS,
  })
}

/** Some of the messages above one, the nearest last. */
export function aboveQuery(id: string, messageId: string, limit: number) {
  const params = { path: { conversation_id: id }, query: { before: messageId, limit } }
  return queryOptions({
    queryKey: [...keys.one(id), "above", messageId, limit],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}/messages", { signal, params })),
    ...FRESH,
    gcTime: SHORT_MS,
  })
}

/** The last messages of a branch. */
export function pathQuery(id: string, branchId: string) {
  const params = { path: { conversation_id: id }, query: { branch_id: branchId, limit: MOST_MESSAGES } }
  return queryOptions({
    queryKey: [...keys.one(id), "path", branchId],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}/messages", { signal, params })),
    gcTime: SHORT_MS,
  })
}

/** Where a branch ended before. */
export function movesQuery(id: string, branchId: string) {
  const path = { conversation_id: id, branch_id: branchId }
  return queryOptions({
    queryKey: [...keys.one(id), "moves", branchId],
    queryFn: async ({ signal }) => {
      const moves: Move[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const params = { path, query: cursor === undefined ? {} : { cursor } }
        const call = api.GET("/salon/v1/conversations/{conversation_id}/branches/{branch_id}/moves", { signal, params })
        const page = await take(call)
        moves.push(...page.items)
        cursor = page.next
      }
      return moves
    },
  })
}

/** How two branches, or the paths to two messages, differ. */
export function diffQuery(id: string, left: string, right: string) {
  const params = { path: { conversation_id: id }, query: { left, right } }
  return queryOptions({
    queryKey: [...keys.outline(id), "diff", left, right],
    queryFn: ({ signal }) => take(api.GET("/salon/v1/conversations/{conversation_id}/diff", { signal, params })),
    ...FRESH,
    gcTime: SHORT_MS,
  })
}

export function messageQuery(id: string, messageId: string) {
  const params = { path: { conversation_id: id, message_id: messageId } }
  return queryOptions({
    queryKey: [...keys.all(id), "message", messageId],
    queryFn: ({ signal }) =>
      take(api.GET("/salon/v1/conversations/{conversation_id}/messages/{message_id}", { signal, params })),
    ...FRESH,
  })
}

/** All answers to a message, deleted ones among them, oldest first; to nothing, where it is empty. */
export function besideQuery(id: string, parentId: string) {
  return queryOptions({
    queryKey: [...keys.outline(id), "beside", parentId],
    queryFn: async ({ signal }) => {
      const path = { conversation_id: id, message_id: parentId }
      const call =
        parentId === ""
          ? api.GET("/salon/v1/conversations/{conversation_id}/roots", { signal, params: { path } })
          : api.GET("/salon/v1/conversations/{conversation_id}/messages/{message_id}/children", { signal, params: { path } })
      return (await take(call)).items.filter(isAnswer)
    },
    staleTime: 0,
    gcTime: SHORT_MS,
  })
}

function isAnswer({ role, hidden_at_ms, archived_at_ms }: Message): boolean {
  return role === "assistant" && hidden_at_ms === null && archived_at_ms === null
}

const SHARES = ["shares"] as const
const FIRST_PAGE: string | null = null

/** Links to a conversation, or to any. */
export function sharesQuery(conversationId?: string) {
  return infiniteQueryOptions({
    queryKey: [...SHARES, conversationId ?? ""],
    queryFn: ({ signal, pageParam }) => {
      const query = {
        limit: 50,
        ...(conversationId === undefined ? {} : { conversation_id: conversationId }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }
      return take(api.GET("/salon/v1/shares", { signal, params: { query } }))
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: (page) => page.next,
  })
}

export const sharesKey = SHARES
