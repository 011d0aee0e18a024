import { useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import { freshenRows, showUnread } from "@/features/conversations/list/api/rows"
import type { SpaceEvent } from "@/live/frames"
import { live } from "@/live/instance"

/** Events that come within this time are one: an import says thousands. */
const TOGETHER_MS = 120
/** What this browser has read itself is told by the answer, and its event comes about then. */
const OWN_READ_MS = 3_000
const TELLING = new Set(["conversation", "conversations", "message", "branch", "answer", "folder", "tag"])

/** Keep the shown lists as the space is, by its events. */
export function useFreshRows(): void {
  const queries = useQueryClient()
  useEffect(() => {
    let waiting: SpaceEvent[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    const ownReads = new Map<string, number>()
    const { events: feed, outbox } = live()
    const isOwnRead = ({ type, subject }: SpaceEvent): boolean =>
      type === "conversation.read" &&
      (outbox.state().acts.some(({ kind, about }) => kind === "read" && about === subject) || Date.now() - (ownReads.get(subject) ?? 0) < OWN_READ_MS)
    const flush = (): void => {
      const touched = touchedBy(waiting)
      waiting = []
      timer = null
      void freshenRows(queries, touched).catch(() => undefined)
    }
    const leave = [
      feed.onEvents((events) => {
        const telling = events.filter((event) => TELLING.has(event.type.split(".", 1)[0] ?? "") && !isOwnRead(event))
        if (telling.length === 0) return
        waiting.push(...telling)
        timer ??= setTimeout(flush, TOGETHER_MS)
      }),
      feed.onGap(() => void freshenRows(queries, null)),
      outbox.onAnswered(({ kind, about }, { body }) => {
        const unread: unknown = kind === "read" && body instanceof Object ? Reflect.get(body, "unread") : undefined
        if (typeof unread !== "number") return
        ownReads.set(about, Date.now())
        showUnread(queries, about, unread)
      }),
    ]
    return () => {
      for (const stop of leave) stop()
      if (timer !== null) clearTimeout(timer)
    }
  }, [queries])
}

/** The conversations that events are about; null where they say no names. */
export function touchedBy(events: readonly SpaceEvent[]): ReadonlySet<string> | null {
  const touched = new Set<string>()
  for (const { type, subject, data } of events) {
    const told = data["conversation"]
    if (typeof told === "string") touched.add(told)
    else if (type.startsWith("conversation.")) touched.add(subject)
    else return null
  }
  return touched
}
