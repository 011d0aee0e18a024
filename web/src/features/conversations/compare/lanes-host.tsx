import { lazy, Suspense, useSyncExternalStore } from "react"
import type { Message } from "@/features/conversations/api/messages"
import { createSignal } from "@/live/signal"

const LanesDialog = lazy(() => import("@/features/conversations/compare/lanes-dialog").then((m) => ({ default: m.LanesDialog })))

let shown: Message | null = null
const news = createSignal()

/** Show the versions of an answer side by side; null puts them away. */
export function showLanes(message: Message | null): void {
  shown = message
  news.tell()
}

interface LanesHostProps {
  conversationId: string
}

/** Where versions stand side by side: outside of the turns, for those change while another answer is made. */
export function LanesHost({ conversationId }: LanesHostProps) {
  const message = useSyncExternalStore(news.on, () => shown)
  if (message?.conversation_id !== conversationId) return null
  return (
    <Suspense>
      <LanesDialog message={message} onClose={() => showLanes(null)} />
    </Suspense>
  )
}
