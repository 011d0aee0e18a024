import { useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import { freshenRows } from "@/features/conversations/list/api/rows"
import type { SpaceEvent } from "@/live/frames"
import { live } from "@/live/instance"

/** Events that come within this time are one: an import says thousands. */
const TOGETHER_MS = 120
const TELLING = new Set(["conversation", "conversations", "message", "branch", "answer", "folder", "tag"])

/** Keep the shown lists as the space is, by its events. */
export function useFreshRows(): void {
  const queries = useQueryClient()
  useEffect(() => {
    let waiting: SpaceEvent[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    const flush = (): void => {
      const touched = touchedBy(waiting)
      waiting = []
      timer = null
      void freshenRows(queries, touched).catch(() => undefined)
    }
    const leave = [
      live().events.onEvents((events) => {
        const telling = events.filter(({ type }) => TELLING.has(type.split(".", 1)[0] ?? ""))
        if (telling.length === 0) return
        waiting.push(...telling)
        timer ??= setTimeout(flush, TOGETHER_MS)
      }),
      live().events.onGap(() => void freshenRows(queries, null)),
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
