import type { QueryClient } from "@tanstack/react-query"
import { acts } from "@/features/conversations/api/acts"
import { branchIn, messagesQuery } from "@/features/conversations/api/messages"
import { send } from "@/features/conversations/api/use-act"
import { leafOf } from "@/features/conversations/page/acts/leaf"

interface Place {
  id: string
  /** The branch that is shown. */
  branchId: string
}

/**
 * Returns a branch on which a message can be read: the shown one if it is there, else another that has it.
 *
 * Where none has it any more the shown one is switched to it, as it is to another version of a turn.
 */
export async function leadTo(queries: QueryClient, { id, branchId }: Place, messageId: string): Promise<string> {
  const query = messagesQuery(id, { branchId, anchorId: messageId })
  const pages = await queries.fetchInfiniteQuery(query)
  const found = branchIn(pages)
  if (found === branchId) return found
  queries.removeQueries({ queryKey: query.queryKey, exact: true })
  if (found !== undefined) {
    queries.setQueryData(messagesQuery(id, { branchId: found, anchorId: messageId }).queryKey, pages)
    return found
  }
  const leaf = await leafOf(id, messageId)
  await send(acts.moveBranch(id, branchId, { head_id: leaf, kind: "switch" }))
  return branchId
}
