import { type InfiniteData, infiniteQueryOptions, type QueryClient } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"
import { keys } from "@/live/query-keys"

/** The messages of a branch in pages, from its end or around a message: a window over as many as there are. */

export type Message = components["schemas"]["Message"]
export type MessagePage = components["schemas"]["Messages"]

/** Which page: the end of the branch, what ends in a message, or what stands above or below one. */
export type PageParam = { end: true } | { upTo: string } | { before: string } | { after: string }
export type MessagePages = InfiniteData<MessagePage, PageParam>

export interface Place {
  /** The branch that opens first, unless named. */
  branchId?: string
  /** Open around this message; at the end, unless named. */
  anchorId?: string
}

const PAGE_MESSAGES = 50
/** Pages farther away are dropped, and fetched again when somebody scrolls there. */
const MOST_PAGES = 12

function fetchPage(conversationId: string, branchId: string | undefined, param: PageParam, signal?: AbortSignal) {
  const query = {
    limit: PAGE_MESSAGES,
    ...(branchId === undefined ? {} : { branch_id: branchId }),
    ...("upTo" in param ? { last_id: param.upTo } : {}),
    ...("before" in param ? { before: param.before } : {}),
    ...("after" in param ? { after: param.after } : {}),
  }
  const path = { conversation_id: conversationId }
  const options = { params: { path, query }, ...(signal === undefined ? {} : { signal }) }
  return take(api.GET("/salon/v1/conversations/{conversation_id}/messages", options))
}

export function messagesQuery(conversationId: string, place: Place = {}) {
  const first: PageParam = place.anchorId === undefined ? { end: true } : { upTo: place.anchorId }
  return infiniteQueryOptions<MessagePage, Error, MessagePages, string[], PageParam>({
    queryKey: [...keys.messages(conversationId), place.branchId ?? "", place.anchorId ?? ""],
    queryFn: ({ signal, pageParam }) => fetchPage(conversationId, place.branchId, pageParam, signal),
    initialPageParam: first,
    getPreviousPageParam: above,
    getNextPageParam: (page, _, param) => below(page, param),
    maxPages: MOST_PAGES,
    // What changes is told by the events of the space.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** Where the page above begins; undefined at the beginning. */
export function above(page: MessagePage): PageParam | undefined {
  const [first] = page.items
  return first === undefined || first.parent_id === null || page.is_broken ? undefined : { before: first.id }
}

/** Where the page below begins; undefined at the end of the branch. */
export function below(page: MessagePage, param: PageParam): PageParam | undefined {
  if ("end" in param) return undefined
  if ("after" in param) return page.next === null ? undefined : { after: page.next }
  const last = page.items.at(-1)
  return last === undefined ? undefined : { after: last.id }
}

/** All messages of the window, oldest first. */
export function messagesIn(pages: MessagePages | undefined): Message[] {
  return pages?.pages.flatMap(({ items }) => items) ?? []
}

/** Whether the window reaches the end of its branch, where new messages come. */
export function isAtEnd(pages: MessagePages): boolean {
  const [page, param] = [pages.pages.at(-1), pages.pageParams.at(-1)]
  return page !== undefined && param !== undefined && below(page, param) === undefined
}

/** The same window with more at its end; what it has already is put in place of what was there. */
export function withMore(pages: MessagePages, more: readonly Message[], branch: MessagePage["branch"]): MessagePages {
  const last = pages.pages.at(-1)
  if (last === undefined) return pages
  const known = new Set(last.items.map(({ id }) => id))
  const again = new Map(more.filter(({ id }) => known.has(id)).map((one) => [one.id, one]))
  const items = [...last.items.map((one) => again.get(one.id) ?? one), ...more.filter(({ id }) => !known.has(id))]
  return { ...pages, pages: [...pages.pages.slice(0, -1), { ...last, items, branch: branch ?? last.branch ?? null }] }
}

/** The same window with a message in the place of another, and nothing of what was said below that. */
export function withChanged(pages: MessagePages, changedId: string, message: Message): MessagePages {
  const at = pages.pages.findIndex(({ items }) => items.some(({ id }) => id === changedId))
  const page = pages.pages[at]
  if (page === undefined) return pages
  const items = [...page.items.slice(0, page.items.findIndex(({ id }) => id === changedId)), message]
  const branch = pages.pages.findLast((one) => one.branch)?.branch ?? null
  return { pages: [...pages.pages.slice(0, at), { ...page, items, next: null, branch }], pageParams: pages.pageParams.slice(0, at + 1) }
}

/**
 * Put more at the end of a window that it continues.
 *
 * What is being fetched for it may be of before, and would take its place: then it is put there once more.
 */
export function putMore(
  queries: QueryClient,
  queryKey: readonly unknown[],
  more: readonly Message[],
  branch: MessagePage["branch"],
): void {
  const put = (): void => {
    queries.setQueryData<MessagePages>(queryKey, (now) =>
      now && isAtEnd(now) && continues(now, more) ? withMore(now, more, branch) : now,
    )
  }
  put()
  void whenIdle(queries, queryKey, put)
}

function continues(pages: MessagePages, [first]: readonly Message[]): boolean {
  const last = messagesIn(pages).at(-1)
  const isKnown = pages.pages.at(-1)?.items.some(({ id }) => id === first?.id) ?? false
  return first !== undefined && (isKnown || first.parent_id === (last?.id ?? null))
}

/** Run something in the moment in which nothing is fetched for a query any more: at once, or before it is drawn. */
export function whenIdle(queries: QueryClient, queryKey: readonly unknown[], run: () => void): Promise<void> {
  const cache = queries.getQueryCache()
  const query = cache.find({ queryKey, exact: true })
  if (query?.state.fetchStatus !== "fetching") return Promise.resolve()
  return new Promise((resolve) => {
    const stop = cache.subscribe((event) => {
      if (event.query !== query || query.state.fetchStatus === "fetching") return
      stop()
      run()
      resolve()
    })
  })
}

/** Fetch what came at the ends of a conversation's branches, for every window that reaches one. */
export async function fetchMore(queries: QueryClient, conversationId: string): Promise<void> {
  const cached = queries.getQueryCache().findAll({ queryKey: keys.messages(conversationId) })
  await Promise.all(
    cached.map(async ({ queryKey }) => {
      await whenIdle(queries, queryKey, () => undefined)
      const pages = queries.getQueryData<MessagePages>(queryKey)
      if (pages === undefined || !isAtEnd(pages)) return
      try {
        await fetchEnd(queries, conversationId, queryKey, pages)
      } catch {
        // The branch ends elsewhere now, or the network is away: then it is fetched when that is back.
        await queries.invalidateQueries({ queryKey })
      }
    }),
  )
}

async function fetchEnd(
  queries: QueryClient,
  conversationId: string,
  queryKey: readonly unknown[],
  pages: MessagePages,
): Promise<void> {
  const branchId = pages.pages.find(({ branch }) => branch)?.branch?.id ?? String(queryKey[3] ?? "")
  const last = messagesIn(pages).at(-1)
  // Of an empty one nobody knows how much has come.
  if (last === undefined) return queries.invalidateQueries({ queryKey })
  let after: string | null = last.id
  while (after !== null) {
    const page: MessagePage = await fetchPage(conversationId, branchId === "" ? undefined : branchId, { after })
    putMore(queries, queryKey, page.items, page.branch)
    after = page.next
  }
}
