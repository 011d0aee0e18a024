import type { Message } from "@/features/conversations/api/messages"
import type { Running } from "@/features/conversations/page/lines"

const MOST_LANES = 4

/**
 * The newest answers in the order in which they began, the shown one always among them, deleted ones left out.
 *
 * With those that were known before: what has just been written stays in its place until its message is there.
 */
export function laneIds(
  known: readonly string[],
  answers: readonly Pick<Message, "id" | "content">[],
  running: readonly Pick<Running, "message_id">[],
  shownId: string | null = null,
): readonly string[] {
  const all = new Set([...known, ...answers.map(({ id }) => id), ...running.map(({ message_id }) => message_id)])
  for (const { id, content } of answers) if (content === null) all.delete(id)
  const newest = [...all].toSorted().slice(-MOST_LANES)
  if (shownId === null || !all.has(shownId) || newest.includes(shownId)) return newest
  return [shownId, ...newest.slice(1)]
}
