import { useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef, useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import { begin } from "@/features/conversations/composer/begin"
import { type SaidBody, saidBody } from "@/features/conversations/composer/send-body"
import type { OpenConversation } from "@/features/conversations/page/open"
import { choose, withUsed } from "@/features/models/picker/chosen"
import type { DraftStore } from "@/live/drafts"
import type { Sending } from "@/live/outbox"
import { navigate } from "@/router"

interface SendingState {
  /** Why the last words could not even be kept; they stand in the box again then. */
  readonly problem: string | null
  /** Say what the draft holds, in place of a message if one is named. */
  send(models: readonly string[], editedId: string | null): void
}

export function useSending(conversation: OpenConversation | null, store: DraftStore, isTemporary: boolean): SendingState {
  "use no memo"
  const queries = useQueryClient()
  const [problem, setProblem] = useState<string | null>(null)
  const isHere = useRef(true)
  useEffect(() => {
    isHere.current = true
    return () => void (isHere.current = false)
  }, [])
  const watch = ({ kept }: Pick<Sending, "kept">): void => {
    setProblem(null)
    kept.catch((failure: unknown) => setProblem(failure instanceof Error ? failure.message : String(failure)))
  }
  const start = async (said: SaidBody): Promise<void> => {
    const id = await begin(queries, store, said, isTemporary)
    // Who went elsewhere meanwhile stays there.
    if (id !== null && isHere.current) navigate({ to: "/c/$id", params: { id } })
  }
  return {
    problem,
    send(models, editedId) {
      const said = saidBody(store.view(), models)
      choose((now) => withUsed(now, models))
      if (conversation === null) {
        setProblem(null)
        // What was refused is shown by the outbox, with its words.
        void start(said).catch(() => undefined)
        return
      }
      // One that is still to be made has no branch to name.
      const body = { ...said, ...(conversation.branchId === "" ? {} : { branch_id: conversation.branchId }) }
      const act = editedId === null ? acts.send(conversation.id, body) : acts.edit(conversation.id, editedId, body)
      watch(store.send(act))
    },
  }
}
