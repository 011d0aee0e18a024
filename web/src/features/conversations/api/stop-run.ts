import type { QueryClient } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import { answersQuery } from "@/features/conversations/api/conversations"
import { live } from "@/live/instance"

/** Stop an answer: by the socket, or as soon as the server can be reached. */
export async function stopRun(conversationId: string, runId: string): Promise<void> {
  try {
    await live().connection.stop(runId)
  } catch {
    live().outbox.add(acts.stop(conversationId, runId)).answer.catch(() => undefined)
  }
}

/** The answers that are made on a branch, as far as they are known here. */
export function runsOn(queries: QueryClient, conversationId: string, branchId: string): readonly string[] {
  const answers = queries.getQueryData(answersQuery(conversationId).queryKey) ?? []
  return answers.filter((one) => one.branch_id === branchId).map(({ run_id }) => run_id)
}
