import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { queueQuery } from "@/features/conversations/api/conversations"
import { type Queued, withActs } from "@/features/conversations/composer/queue/shown"
import type { OpenConversation } from "@/features/conversations/page/open"
import type { Act } from "@/live/acts"
import { useOutbox } from "@/live/hooks"
import { live } from "@/live/instance"
import { keys } from "@/live/query-keys"

interface QueueHere {
  /** What waits on the branch that is shown, the next one first. */
  readonly items: readonly Queued[]
  sendNow(one: Queued): void
  change(one: Queued, text: string): void
  drop(one: Queued): void
  reorder(order: readonly string[]): void
}

/** The messages that wait for the end of an answer; what is done to them is shown at once. */
export function useQueue(conversation: OpenConversation): QueueHere {
  const queries = useQueryClient()
  const { id, branchId } = conversation
  const said = useQuery(queueQuery(id)).data ?? []
  const { acts: waiting } = useOutbox()
  /** What was done here, until what the server made of it has come. */
  const [doing, setDoing] = useState<readonly Act[]>([])
  const all = withActs(said, [...waiting.filter(({ problem }) => problem === null), ...doing], id)
  const items = all.filter((one) => one.branch_id === branchId).toSorted((one, other) => one.position - other.position)
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: keys.queue(id) })
  const run = (act: Act): void => {
    setDoing((now) => [...now, act])
    const end = (): void => setDoing((now) => now.filter((one) => one !== act))
    live()
      .outbox.add(act)
      .answer.then(again, () => void again())
      .then(end, end)
  }
  return {
    items,
    sendNow: (one) => run(acts.sendNow(id, one.id)),
    drop: (one) => run(acts.dropQueued(id, one.id)),
    change(one, text) {
      const files = listAt(one, "parts").filter((part) => part["kind"] !== "text")
      const models = listAt(one, "answerers").flatMap(({ model }) => (typeof model === "string" ? [model] : []))
      const body = { parts: [{ kind: "text", text }, ...files], ...(models.length > 0 ? { models } : {}) }
      run(acts.changeQueued(id, one.id, body, one.version))
    },
    reorder: (order) => run(acts.reorderQueue(id, { branch_id: branchId, order: [...order] })),
  }
}

function listAt({ draft }: Queued, name: string): Record<string, unknown>[] {
  const found = draft[name]
  return Array.isArray(found) ? found.filter((one): one is Record<string, unknown> => one instanceof Object) : []
}
