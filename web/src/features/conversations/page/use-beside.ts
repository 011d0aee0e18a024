import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useState } from "react"
import { answersQuery } from "@/features/conversations/api/conversations"
import type { Beside } from "@/features/conversations/page/lines"

type BesideState = readonly [now: Beside | null, put: (parentId: string | null) => void, follow: (split: string | null) => void]

/** Which answers stand side by side. They do by themselves where several are asked at once, until one is picked. */
export function useBeside(conversationId: string): BesideState {
  const queries = useQueryClient()
  const [now, set] = useState<Beside | null>(null)
  const put = useCallback(
    (parentId: string | null) => {
      const running = queries.getQueryData(answersQuery(conversationId).queryKey) ?? []
      set((before) => {
        if (parentId !== null) return { parentId, isOpen: true, passedOver: [] }
        if (before === null) return null
        const passedOver = running.filter((one) => one.parent_id === before.parentId).map(({ run_id }) => run_id)
        return { ...before, isOpen: false, passedOver }
      })
    },
    [queries, conversationId],
  )
  const follow = (split: string | null): void => {
    if (split !== null && split !== now?.parentId) set({ parentId: split, isOpen: true, passedOver: [] })
    if (split === null && now?.isOpen === false && now.passedOver.length === 0) set(null)
  }
  return [now, put, follow]
}
