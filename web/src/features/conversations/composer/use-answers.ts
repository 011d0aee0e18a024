import { useQuery } from "@tanstack/react-query"
import { answersQuery } from "@/features/conversations/api/conversations"
import { stopRun } from "@/features/conversations/api/stop-run"
import type { OpenConversation } from "@/features/conversations/page/open"

interface AnswersHere {
  readonly isAnswering: boolean
  stop(): void
}

/** The answers that are made on the branch that is shown. */
export function useAnswers(conversation: OpenConversation | null): AnswersHere {
  const query = answersQuery(conversation?.id ?? "")
  const { data } = useQuery({ ...query, enabled: conversation !== null })
  const turns = data?.filter((turn) => turn.branch_id === conversation?.branchId) ?? []
  return {
    isAnswering: conversation !== null && turns.length > 0,
    stop() {
      for (const { run_id, conversation_id } of turns) void stopRun(conversation_id, run_id)
    },
  }
}
