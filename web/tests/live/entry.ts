import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import { answersQuery } from "@/features/conversations/api/conversations"
import { echoesOf, keyOf } from "@/features/conversations/api/echo"
import {
  isAtEnd,
  type MessagePage,
  type MessagePages,
  messagesIn,
  messagesQuery,
  type PageParam,
  type Place,
} from "@/features/conversations/api/messages"
import { stayFresh } from "@/features/conversations/api/stay-fresh"
import { live } from "@/live/instance"

/** The live layer, and the queries of conversations, as tests reach them in a page. */

const queries = new QueryClient({ defaultOptions: { queries: { networkMode: "always", retry: false } } })
const layer = live()
stayFresh(queries, {
  events: layer.events,
  outbox: layer.outbox,
  follow: layer.runs.ahead,
  after(ms, run) {
    const id = setTimeout(run, ms)
    return () => clearTimeout(id)
  },
  now: () => Date.now(),
})

/** A window over a conversation, as its page would have it. */
function watch(id: string, place: Place = {}) {
  const pages = new InfiniteQueryObserver<MessagePage, Error, MessagePages, string[], PageParam>(
    queries,
    messagesQuery(id, place),
  )
  const answers = new QueryObserver(queries, answersQuery(id))
  /** Every list that was shown, each message and echo by its key, each answer that is made by its message's id. */
  const shown: string[][] = []
  const look = (): void => {
    const messages = messagesIn(pages.getCurrentResult().data)
    const there = new Set(messages.map((message) => message.id))
    const keys = messages.map(keyOf)
    const echoes = echoesOf(layer.outbox.state(), id).map(({ actId }) => actId)
    const made = answers.getCurrentResult().data?.map(({ message_id }) => message_id) ?? []
    const list = [...keys, ...echoes.filter((key) => !keys.includes(key)), ...made.filter((key) => !there.has(key))]
    if (JSON.stringify(list) !== JSON.stringify(shown.at(-1))) shown.push(list)
  }
  pages.subscribe(look)
  answers.subscribe(look)
  layer.outbox.subscribe(look)
  return {
    shown,
    older: () => pages.fetchPreviousPage(),
    newer: () => pages.fetchNextPage(),
    state() {
      const { data, hasPreviousPage, hasNextPage, isFetching } = pages.getCurrentResult()
      const depths = messagesIn(data).map(({ depth }) => depth)
      const end = data !== undefined && isAtEnd(data)
      return { depths, hasPreviousPage, hasNextPage, isFetching, isAtEnd: end, pages: data?.pages.length ?? 0 }
    },
  }
}

const reached = { live: layer, acts, watch }
Object.assign(globalThis, reached)
export type Reached = typeof reached
