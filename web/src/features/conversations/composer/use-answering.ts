import { useQuery } from "@tanstack/react-query"
import { answersQuery } from "@/features/conversations/api/conversations"
import type { OpenConversation } from "@/features/conversations/page/open"

/** Whether an answer is made on the branch that is shown. */
export function useIsAnswering(conversation: OpenConversation | null): boolean {
  const { data } = useQuery({ ...answersQuery(conversation?.id ?? ""), enabled: conversation !== null })
  return data?.some((turn) => turn.branch_id === conversation?.branchId) ?? false
}
