import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import type { Conversation } from "@/features/conversations/api/conversations"
import { knownRow } from "@/features/conversations/list/api/rows"
import { live } from "@/live/instance"
import { Refused } from "@/live/outbox"

/** Whoever looks at a conversation for so long has read it. */
const READ_AFTER_MS = 400

/**
 * Note that what is in view has been read: when it is opened, and whenever something is added while the page is
 * visible. What is marked as unread by hand stays so until then.
 */
export function useReading({ id, messages, is_temporary: isTemporary }: Conversation): void {
  const queries = useQueryClient()
  const isVisible = useVisible()
  const [read] = useState<{ messages: number | null }>(() => ({ messages: null }))
  useEffect(() => {
    // Of a temporary one, which is in memory alone, no count is kept.
    if (!isVisible || isTemporary || messages === read.messages) return undefined
    const timer = setTimeout(() => {
      const isOpened = read.messages === null
      read.messages = messages
      // What is added is not in the list yet.
      if (!isOpened || knownRow(queries, id)?.unread !== 0) note(id)
    }, READ_AFTER_MS)
    return () => clearTimeout(timer)
  }, [id, isTemporary, isVisible, messages, queries, read])
}

/** Nothing is lost with a refusal: the next look says the same. */
function note(id: string): void {
  const { outbox } = live()
  outbox.add(acts.read(id)).answer.catch((problem: unknown) => {
    if (problem instanceof Refused) void outbox.discard(problem.act)
  })
}

function useVisible(): boolean {
  const [isVisible, setIsVisible] = useState(() => document.visibilityState === "visible")
  useEffect(() => {
    const look = (): void => setIsVisible(document.visibilityState === "visible")
    document.addEventListener("visibilitychange", look)
    return () => document.removeEventListener("visibilitychange", look)
  }, [])
  return isVisible
}
