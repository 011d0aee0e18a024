import { api } from "@/api/client"
import { take } from "@/api/problem"

/** As far down as a path is followed: a conversation that is longer goes on by its own branch. */
const MOST_STEPS = 500

/** The last message below one, going down by the newest each time; itself where nothing is below it. */
export async function leafOf(conversationId: string, messageId: string): Promise<string> {
  let leaf = messageId
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const path = { conversation_id: conversationId, message_id: leaf }
    const call = api.GET("/salon/v1/conversations/{conversation_id}/messages/{message_id}/children", { params: { path } })
    const below = (await take(call)).items.filter(({ hidden_at_ms, archived_at_ms }) => hidden_at_ms === null && archived_at_ms === null)
    const newest = below.at(-1)
    if (newest === undefined) return leaf
    leaf = newest.id
  }
  return leaf
}
