import { useQuery, useQueryClient } from "@tanstack/react-query"
import type { components } from "@/api/schema"
import { acts } from "@/features/conversations/api/acts"
import { queueQuery } from "@/features/conversations/api/conversations"
import type { OpenConversation } from "@/features/conversations/page/open"
import type { Act } from "@/live/acts"
import { live } from "@/live/instance"
import { keys } from "@/live/query-keys"

export type Queued = components["schemas"]["Queued"]

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
  const all = useQuery(queueQuery(id)).data ?? []
  const items = all.filter((one) => one.branch_id === branchId).toSorted((one, other) => one.position - other.position)
  const run = (act: Act, shown: (now: Queued[]) => Queued[]): void => {
    const queryKey = keys.queue(id)
    queries.setQueryData<Queued[]>(queryKey, (now) => now && shown(now))
    const again = (): void => void queries.invalidateQueries({ queryKey })
    // What the server made of it stands there then, also where it refused.
    live().outbox.add(act).answer.then(again, again)
  }
  return {
    items,
    sendNow: (one) => run(acts.sendNow(id, one.id), (now) => now.filter((other) => other.id !== one.id)),
    drop: (one) => run(acts.dropQueued(id, one.id), (now) => now.filter((other) => other.id !== one.id)),
    change(one, text) {
      const files = listAt(one, "parts").filter((part) => part["kind"] !== "text")
      const models = listAt(one, "answerers").flatMap(({ model }) => (typeof model === "string" ? [model] : []))
      const body = { parts: [{ kind: "text", text }, ...files], ...(models.length > 0 ? { models } : {}) }
      run(acts.changeQueued(id, one.id, body, one.version), (now) =>
        now.map((other) => (other.id === one.id ? { ...other, draft: { ...other.draft, ...body } } : other)),
      )
    },
    reorder(order) {
      run(acts.reorderQueue(id, { branch_id: branchId, order: [...order] }), (now) =>
        now.map((one) => {
          const position = order.indexOf(one.id)
          return position < 0 ? one : { ...one, position }
        }),
      )
    },
  }
}

function listAt({ draft }: Queued, name: string): Record<string, unknown>[] {
  const found = draft[name]
  return Array.isArray(found) ? found.filter((one): one is Record<string, unknown> => one instanceof Object) : []
}
