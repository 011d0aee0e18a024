import { acts } from "@/features/conversations/api/acts"
import { live } from "@/live/instance"

/** Stop an answer: by the socket, or as soon as the server can be reached. */
export async function stopRun(conversationId: string, runId: string): Promise<void> {
  try {
    await live().connection.stop(runId)
  } catch {
    live().outbox.add(acts.stop(conversationId, runId)).answer.catch(() => undefined)
  }
}
