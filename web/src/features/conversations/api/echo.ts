import type { components } from "@/api/schema"
import type { Problem, QueuedAct } from "@/live/acts"
import type { Answer, OutboxState } from "@/live/outbox"
import { isPart, type Part } from "@/live/parts"
import type { Message } from "@/features/conversations/api/messages"

/** What was said and is not answered by the server yet, shown as if it was; by its act's id. */
export interface Echo {
  readonly actId: string
  readonly conversationId: string
  /** The branch it was said on; null is the one that opens first. */
  readonly branchId: string | null
  /** The message it is to stand below, where that was said. */
  readonly parentId: string | null
  /** The message in whose place it was said, where it changes one. */
  readonly replaces: string | null
  readonly parts: readonly Part[]
  readonly state: "waiting" | "sending" | "refused"
  readonly problem: Problem | null
  readonly atMs: number
}

/** The message that an act changes; null for an act of another kind. */
export function editedIn({ kind, path }: Pick<QueuedAct, "kind" | "path">): string | null {
  const found = kind === "edit" ? /\/messages\/([^/]+)\/edit-and-send$/.exec(path)?.[1] : undefined
  return found === undefined ? null : decodeURIComponent(found)
}

export type Sent = components["schemas"]["Sent"]

/** The messages of a conversation that are still in the outbox, in order. */
export function echoesOf({ acts, blocked }: OutboxState, conversationId: string): Echo[] {
  return acts
    .filter(({ kind, about }) => (kind === "send" || kind === "edit") && about === conversationId)
    .map((act) => ({
      actId: act.id,
      conversationId,
      branchId: fieldOf(act, "branch_id"),
      parentId: fieldOf(act, "parent_id"),
      replaces: editedIn(act),
      parts: partsIn(act),
      state: act.problem !== null ? "refused" : blocked === null ? "sending" : "waiting",
      problem: act.problem,
      atMs: act.atMs,
    }))
}

/** What the server says became of something said; null for the answer to another kind of act. */
export function sentOf({ body }: Answer): Sent | null {
  return isSent(body) ? body : null
}

function isSent(body: unknown): body is Sent {
  return body instanceof Object && "branch_id" in body && "answers" in body && "queued" in body
}

/**
 * The key under which a message is shown: that of its echo where it was said in this tab, so that the server's
 * message takes the echo's place without being drawn anew.
 */
export function keyOf(message: Pick<Message, "id">): string {
  return said.get(message.id) ?? message.id
}

const said = new Map<string, string>()
const MOST_SAID = 1_000

/** Remember that a message was an act of this browser. */
export function remember(messageId: string, actId: string): void {
  said.set(messageId, actId)
  const [oldest] = said.keys()
  if (said.size > MOST_SAID && oldest !== undefined) said.delete(oldest)
}

function fieldOf({ body }: QueuedAct, name: string): string | null {
  const found: unknown = body instanceof Object ? Reflect.get(body, name) : null
  return typeof found === "string" ? found : null
}

function partsIn(act: QueuedAct): readonly Part[] {
  const text = fieldOf(act, "text")
  if (text !== null) return [{ kind: "text", text }]
  const parts: unknown = act.body instanceof Object ? Reflect.get(act.body, "parts") : null
  return Array.isArray(parts) ? parts.filter(isPart) : []
}
