import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { QueueRow } from "@/features/conversations/composer/queue/queue-row"
import { droppedAt, moved } from "@/features/conversations/composer/queue/reorder"
import { useQueue } from "@/features/conversations/composer/queue/use-queue"
import type { OpenConversation } from "@/features/conversations/page/open"

interface QueueListProps {
  conversation: OpenConversation
}

/** What was said while an answer is made, and is sent after it: above the box, in order. */
export default function QueueList({ conversation }: QueueListProps) {
  const { t } = useLingui()
  const queue = useQueue(conversation)
  const [dragged, setDragged] = useState<string | null>(null)
  const [news, setNews] = useState("")
  const order = queue.items.map(({ id }) => id)
  if (order.length === 0) return null
  const isHeld = queue.items.some(({ status }) => status === "held")
  const move = (id: string, step: number): void => {
    const next = moved(order, id, step)
    queue.reorder(next)
    setNews(t`Now number ${next.indexOf(id) + 1} of ${next.length}`)
  }
  return (
    <section aria-label={t`Waiting messages`} className="mb-2 rounded-3 border border-border bg-surface p-1">
      <p className="px-2 py-1 text-caption font-medium text-text-2">
        {isHeld ? t`These wait: the answer before them did not end well.` : t`Sent after this answer`}
      </p>
      <p role="status" className="sr-only">
        {news}
      </p>
      <ol className="flex max-h-[24dvh] flex-col overflow-y-auto">
        {queue.items.map((one, place) => (
          <QueueRow
            key={one.id}
            queued={one}
            isFirst={place === 0}
            isLast={place === order.length - 1}
            onMove={(step) => move(one.id, step)}
            onSendNow={() => queue.sendNow(one)}
            onChange={(text) => queue.change(one, text)}
            onDrop={() => queue.drop(one)}
            onDrag={setDragged}
            onDropped={() => {
              if (dragged !== null && dragged !== one.id) queue.reorder(droppedAt(order, dragged, one.id))
              setDragged(null)
            }}
          />
        ))}
      </ol>
    </section>
  )
}
