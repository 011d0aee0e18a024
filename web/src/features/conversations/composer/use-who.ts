import { useQuery, useQueryClient } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import type { Conversation } from "@/features/conversations/api/conversations"
import type { OpenConversation } from "@/features/conversations/page/open"
import { modelsQuery } from "@/features/house/api/queries"
import { choose, useChosen } from "@/features/models/picker/chosen"
import { usualModel } from "@/features/models/picker/options"
import type { Draft, DraftStore } from "@/live/drafts"
import { live } from "@/live/instance"
import { keys } from "@/live/query-keys"

interface Who {
  /** Who answers next, by name; empty while no model is known. */
  readonly models: readonly string[]
  /** Whether that is known already, be it nobody. */
  readonly isKnown: boolean
  choose(models: readonly string[]): void
}

/**
 * Who answers what is being written.
 *
 * Several are a matter of the draft. One is the conversation's from then on, or everybody's who begins one here.
 */
export function useWho(conversation: OpenConversation | null, draft: Draft, store: DraftStore): Who {
  const queries = useQueryClient()
  const kept = useChosen()
  const own = conversation?.model ?? null
  const isNamed = draft.models.length > 0 || own !== null
  const { data: known, isPending } = useQuery({ ...modelsQuery(), enabled: !isNamed })
  const usual = known === undefined ? kept.model : usualModel(known, kept)
  const one = own ?? usual
  return {
    models: draft.models.length > 0 ? draft.models : one === null ? [] : [one],
    isKnown: isNamed || !isPending,
    choose(models) {
      const [first] = models
      if (first === undefined) return
      store.change({ models: models.length > 1 ? models : [] })
      if (models.length > 1) return
      choose((now) => ({ ...now, model: first }))
      if (conversation === null || first === own) return
      // Shown at once; should the server refuse it, what it says is shown again.
      const queryKey = keys.one(conversation.id)
      queries.setQueryData<Conversation>(queryKey, (now) => now && { ...now, settings: { ...now.settings, model: first } })
      const sending = live().outbox.add(acts.settings(conversation.id, { model: first }))
      sending.answer.catch(() => queries.invalidateQueries({ queryKey }))
    },
  }
}
