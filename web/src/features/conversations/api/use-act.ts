import { useState } from "react"
import type { Act } from "@/live/acts"
import { live } from "@/live/instance"
import { type Answer, Refused } from "@/live/outbox"

export interface Acting {
  /** Keep an act and send it; null when it was refused, and `problem` says why. */
  run(act: Act): Promise<Answer | null>
  isPending: boolean
  problem: string | null
}

/** Acts of one control or dialog, one after the other. */
export function useAct(): Acting {
  const [pending, setPending] = useState(0)
  const [problem, setProblem] = useState<string | null>(null)
  const run = async (act: Act): Promise<Answer | null> => {
    setProblem(null)
    setPending((count) => count + 1)
    const answer = await send(act).catch((found: unknown) => {
      setProblem(found instanceof Error ? found.message : String(found))
      return null
    })
    setPending((count) => count - 1)
    return answer
  }
  return { run, isPending: pending > 0, problem }
}

/** Send an act; one that is refused does not stay in the outbox, for it is told here. Throws: Refused. */
export async function send(act: Act): Promise<Answer> {
  const { outbox } = live()
  try {
    return await outbox.add(act).answer
  } catch (problem) {
    if (problem instanceof Refused) await outbox.discard(problem.act)
    throw problem
  }
}

/** A field of an answer's body, where that is a text. */
export function textIn(answer: Answer | null, name: string): string | null {
  const body = answer?.body
  if (typeof body !== "object" || body === null) return null
  const value: unknown = Reflect.get(body, name)
  return typeof value === "string" ? value : null
}
