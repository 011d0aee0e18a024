import type { SpaceEvent } from "@/live/frames"

/**
 * Whether a branch, as events tell of it, no longer ends below the last message of a window.
 *
 * Then nothing comes after that message on it, and to ask for that would be refused. False where events do not say.
 */
export function endsElsewhere(events: readonly SpaceEvent[], branchId: string, shownIds: readonly string[]): boolean {
  const moved = events.findLast(({ type, subject }) => type === "branch.moved" && subject === branchId)
  const lastId = shownIds.at(-1)
  if (moved === undefined || lastId === undefined) return false
  const parents = new Map<unknown, unknown>(events.filter(({ type }) => type === "message.added").map(({ subject, data }) => [subject, data["parent"]]))
  let at: unknown = moved.data["head"]
  while (at !== lastId && parents.has(at)) at = parents.get(at)
  if (at === lastId) return false
  // A move that names its kind went to another place of the tree; one without went on from where the branch was.
  return moved.data["kind"] !== undefined || at === null || shownIds.some((id) => id === at)
}
