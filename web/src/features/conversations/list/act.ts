import { toast } from "@/components/ui/toast"
import { acts } from "@/features/conversations/api/acts"
import type { Act } from "@/live/acts"
import { live } from "@/live/instance"
import { Refused } from "@/live/outbox"

/** Changes of conversations that lists offer: sent through the outbox, told with a way back. */

const { sort: sortAct } = acts
type SortBody = Parameters<typeof acts.sort>[0]

/** Do one thing to many conversations, say so, and offer to take it back. */
export function sortThem(body: SortBody, told: string): void {
  doneWithUndo(sortAct(body), told)
}

/** Send an act and say what came of it, with a way back where the server's answer names one. */
export function doneWithUndo(act: Act, told: string): void {
  void done(act).then((answer) => {
    if (!(answer instanceof Object)) return
    const undoId: unknown = Reflect.get(answer, "undo_id")
    toast({ text: told, ...(typeof undoId === "string" ? { undo: () => void done(acts.undoSort(undoId)) } : {}) })
  })
}

export function rename(id: string, title: string): void {
  void done(acts.change(id, { title }))
}

export function markRead(id: string, isRead: boolean): void {
  void done(acts.read(id, { is_read: isRead }))
}

/** A temporary conversation is nowhere but in memory: what is deleted does not come back. */
export function endTemporary(id: string): Promise<unknown> {
  return done(acts.remove(id))
}

/** Send an act; what comes of it, or null once it was refused, which is told. */
export async function done(act: Act): Promise<unknown> {
  const { outbox } = live()
  try {
    return (await outbox.add(act).answer).body
  } catch (problem) {
    if (problem instanceof Refused) void outbox.discard(problem.act)
    toast({ text: problem instanceof Error ? problem.message : String(problem), tone: "danger" })
    return null
  }
}
