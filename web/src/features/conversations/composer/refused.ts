import { idOf, type Problem, type QueuedAct } from "@/live/acts"

/** Something said here that the server does not have. */
export interface UnsentWords {
  readonly act: QueuedAct
  /** The act that is to make its conversation; it goes with it. */
  readonly begin: QueuedAct | null
}

/** Something that the server refused, and why. */
export interface RefusedWords extends UnsentWords {
  readonly problem: Problem
}

const SAYING = new Set(["send", "edit"])

/** What was refused in a conversation, or of conversations that were to begin (`null`). */
export function refusedIn(all: readonly QueuedAct[], conversationId: string | null): RefusedWords[] {
  return all.flatMap((act) => {
    if (act.problem === null || !SAYING.has(act.kind)) return []
    if (conversationId === null ? !isNew(act) : act.about !== conversationId) return []
    return [{ act, problem: act.problem, begin: beginOf(all, act) }]
  })
}

/** What was said to begin conversations and waits to be sent. */
export function waitingNew(all: readonly QueuedAct[]): UnsentWords[] {
  return all.filter((act) => act.problem === null && act.kind === "send" && isNew(act)).map((act) => ({ act, begin: beginOf(all, act) }))
}

function isNew({ about }: QueuedAct): boolean {
  return about.startsWith("{act:")
}

function beginOf(all: readonly QueuedAct[], act: QueuedAct): QueuedAct | null {
  return all.find(({ id }) => act.about === idOf(id)) ?? null
}
