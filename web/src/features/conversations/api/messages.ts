import { type InfiniteData, infiniteQueryOptions, type QueryClient, replaceEqualDeep } from "@tanstack/react-query"
import { api } from "@/api/client"
import { take } from "@/api/problem"
import type { components } from "@/api/schema"
import { endsElsewhere } from "@/features/conversations/api/moves"
import type { SpaceEvent } from "@/live/frames"
import { keys } from "@/live/query-keys"

/** The messages of a branch in pages, from its end or around a message: a window over as many as there are. */

export type Message = components["schemas"]["Message"]
export type MessagePage = components["schemas"]["Messages"]

/** Which page: the end of the branch, what ends in a message, or what stands above or below one. */
export type PageParam = { end: true } | { upTo: string } | ({ before: string } & OnBranch) | ({ after: string } & OnBranch)

interface OnBranch {
  /** The branch that the first page has told, which may be dropped before the others. */
  branchId?: string
}

export type MessagePages = InfiniteData<MessagePage, PageParam>

export interface Place {
  /** The branch that opens first, unless named. */
  branchId?: string
  /** Open around this message; at the end, unless named. */
  anchorId?: string
}

/** What opens is to be there soon; what is scrolled to comes in larger pieces, for a fast wheel is past them at once. */
export const FIRST_MESSAGES = 40
const PAGE_MESSAGES = 100
/** Pages farther away are dropped, and fetched again when somebody scrolls there. */
const MOST_PAGES = 8

function fetchPage(conversationId: string, branchId: string | undefined, param: PageParam, signal?: AbortSignal) {
  const on = toldBy(param) ?? branchId
  const query = {
    limit: "end" in param || "upTo" in param ? FIRST_MESSAGES : PAGE_MESSAGES,
    ...(on === undefined ? {} : { branch_id: on }),
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
    getPreviousPageParam: (page, _, param) => above(page, param),
    getNextPageParam: (page, _, param) => below(page, param),
    maxPages: MOST_PAGES,
    structuralSharing: (before, now) => (isPages(before) && isPages(now) ? keepSame(before, now) : now),
    // What changes is told by the events of the space.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** Where the page above begins; undefined at the beginning. */
export function above(page: MessagePage, param: PageParam): PageParam | undefined {
  const [first] = page.items
  if (first === undefined || first.parent_id === null || page.is_broken) return undefined
  return { before: first.id, ...onBranch(page, param) }
}

/** Where the page below begins; undefined at the end of the branch, and where no branch leads on. */
export function below(page: MessagePage, param: PageParam): PageParam | undefined {
  if ("end" in param || isAside(page, param)) return undefined
  if ("after" in param) return page.next === null ? undefined : { after: page.next, ...onBranch(page, param) }
  const last = page.items.at(-1)
  return last === undefined ? undefined : { after: last.id, ...onBranch(page, param) }
}

function onBranch(page: MessagePage, param: PageParam): OnBranch {
  const branchId = page.branch?.id ?? toldBy(param)
  return branchId === undefined ? {} : { branchId }
}

function toldBy(param: PageParam): string | undefined {
  return "branchId" in param ? param.branchId : undefined
}

/** The branch whose messages these are; undefined where none leads to them. */
export function branchIn(pages: MessagePages | undefined): string | undefined {
  const told = pages?.pages.findLast(({ branch }) => branch)?.branch?.id
  return told ?? pages?.pageParams.map(toldBy).find((one) => one !== undefined)
}

/**
 * The pages with each message that says what it said before as the same object, so that it is not drawn again.
 *
 * Not page by page, as the library would: with a page above, each stands where another one stood.
 */
export function keepSame(before: MessagePages, now: MessagePages): MessagePages {
  const had = new Set(before.pages)
  if (now.pages.every((page) => had.has(page))) return now
  const byId = new Map(before.pages.flatMap(({ items }) => items.map((one) => [one.id, one])))
  const pages = now.pages.map((page) =>
    had.has(page) ? page : { ...page, items: page.items.map((one) => replaceEqualDeep(byId.get(one.id), one)) },
  )
  return { ...now, pages }
}

function isPages(data: unknown): data is MessagePages {
  return data instanceof Object && "pages" in data
}

/** All messages of the window, oldest first. */
export function messagesIn(pages: MessagePages | undefined): Message[] {
  return pages?.pages.flatMap(({ items }) => items) ?? []
}

/** Whether the window reaches the end of its branch, where new messages come. */
export function isAtEnd(pages: MessagePages): boolean {
  const [page, param] = [pages.pages.at(-1), pages.pageParams.at(-1)]
  return page !== undefined && param !== undefined && below(page, param) === undefined && !isAside(page, param)
}

/** Whether the page ends in a message that is on no branch any more, like an answer that was made again. */
function isAside(page: MessagePage, param: PageParam): boolean {
  return "upTo" in param && page.branch === null
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
  const place = page.items.findIndex(({ id }) => id === changedId)
  const beside = page.items[place]?.siblings ?? []
  // What answers an act does not tell what stands beside it: the way back to that is there at once.
  const siblings = [...(beside.length === 0 ? [changedId] : beside), message.id]
  const items = [...page.items.slice(0, place), { ...message, siblings }]
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

/** Fetch what came at the ends of a conversation's branches, as events say, for every window that reaches one. */
export async function fetchMore(queries: QueryClient, conversationId: string, events: readonly SpaceEvent[]): Promise<void> {
  const cached = queries.getQueryCache().findAll({ queryKey: keys.messages(conversationId) })
  await Promise.all(
    cached.map(async (query) => {
      const { queryKey } = query
      // What nobody looks at is fetched when somebody does.
      if (!query.isActive()) return queries.invalidateQueries({ queryKey, refetchType: "none" })
      await whenIdle(queries, queryKey, () => undefined)
      const pages = queries.getQueryData<MessagePages>(queryKey)
      if (pages === undefined || !isAtEnd(pages)) return
      try {
        await fetchEnd(queries, conversationId, queryKey, pages, events)
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
  events: readonly SpaceEvent[],
): Promise<void> {
  const branchId = branchIn(pages) ?? String(queryKey[3] ?? "")
  const shownIds = messagesIn(pages).map(({ id }) => id)
  const lastId = shownIds.at(-1)
  // Of an empty one nobody knows how much has come.
  if (lastId === undefined || endsElsewhere(events, branchId, shownIds)) return queries.invalidateQueries({ queryKey })
  let after: string | null = lastId
  while (after !== null) {
    const page: MessagePage = await fetchPage(conversationId, branchId === "" ? undefined : branchId, { after })
    putMore(queries, queryKey, page.items, page.branch)
    after = page.next
  }
}
