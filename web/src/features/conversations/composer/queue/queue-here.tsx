import { useQuery } from "@tanstack/react-query"
import { Suspense } from "react"
import { queueQuery } from "@/features/conversations/api/conversations"
import type { OpenConversation } from "@/features/conversations/page/open"
import { lazy } from "@/lib/lazy"

const QueueList = lazy(() => import("@/features/conversations/composer/queue/queue-list"))

interface QueueHereProps {
  conversation: OpenConversation
}

/** What waits above the box; loaded when something does. */
export function QueueHere({ conversation }: QueueHereProps) {
  const { data } = useQuery(queueQuery(conversation.id))
  if (data === undefined || data.length === 0) return null
  return (
    <Suspense>
      <QueueList conversation={conversation} />
    </Suspense>
  )
}
