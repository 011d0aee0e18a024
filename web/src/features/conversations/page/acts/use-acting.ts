import { useState } from "react"
import { toast } from "@/components/ui/toast"
import type { Talk } from "@/features/conversations/page/talk-context"
import type { Act } from "@/live/acts"
import { live } from "@/live/instance"
import { type Answer, Refused } from "@/live/outbox"

/** Changes through the outbox. What the server refuses is told in passing, and not kept. */
export function useActing(): Pick<Talk, "act" | "begin"> {
  const [acting] = useState(() => ({
    act: (act: Act) => void sent(act),
    begin(act: Act, then: (id: string) => void) {
      void sent(act).then((answer) => {
        const id: unknown = answer?.body instanceof Object ? Reflect.get(answer.body, "id") : null
        if (typeof id === "string") then(id)
      })
    },
  }))
  return acting
}

async function sent(act: Act): Promise<Answer | null> {
  const { outbox } = live()
  try {
    return await outbox.add(act).answer
  } catch (problem) {
    toast({ text: problem instanceof Error ? problem.message : String(problem), tone: "danger" })
    if (problem instanceof Refused) await outbox.discard(problem.act)
    return null
  }
}
