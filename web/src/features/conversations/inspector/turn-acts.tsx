import { useLingui } from "@lingui/react/macro"
import { GitBranch, GitCompareArrows, History } from "lucide-react"
import { Suspense, useState } from "react"
import { acts } from "@/features/conversations/api/acts"
import type { Branch } from "@/features/conversations/api/conversations"
import { send, textIn } from "@/features/conversations/api/use-act"
import { sayProblem } from "@/features/conversations/inspector/say-problem"
import { useOpenConversation } from "@/features/conversations/page/open"
import { Button } from "@/components/ui/button"
import { lazy } from "@/lib/lazy"

const RollbackDialog = lazy(() => import("@/features/conversations/compare/rollback-dialog").then((m) => ({ default: m.RollbackDialog })))
const WhatIfDialog = lazy(() => import("@/features/conversations/compare/what-if-dialog").then((m) => ({ default: m.WhatIfDialog })))

interface TurnActsProps {
  messageId: string
  /** The branch that is shown; null while it is not known yet. */
  branch: Branch | null
}

/** What can be done from the turn that is chosen in the tree. */
export function TurnActs({ messageId, branch }: TurnActsProps) {
  const { t } = useLingui()
  const open = useOpenConversation()
  const [asked, setAsked] = useState<"rollback" | "what-if" | null>(null)
  const close = (): void => setAsked(null)
  const begin = (): void => {
    const name = t`Branch ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`
    send(acts.makeBranch(open.id, { name, head_id: messageId, opens: false })).then((answer) => {
      const id = textIn(answer, "id")
      if (id !== null) open.switchTo(id)
    }, sayProblem)
  }
  return (
    <div role="group" aria-label={t`The chosen turn`} className="flex flex-wrap gap-1">
      <Button size="small" look="outline" onClick={begin}>
        <GitBranch aria-hidden="true" className="size-3.5" />
        {t`Branch here`}
      </Button>
      <Button size="small" look="outline" disabled={branch === null || messageId === branch.head_id} onClick={() => setAsked("rollback")}>
        <History aria-hidden="true" className="size-3.5" />
        {t`Roll back to here`}
      </Button>
      <Button size="small" look="outline" onClick={() => setAsked("what-if")}>
        <GitCompareArrows aria-hidden="true" className="size-3.5" />
        {t`What if`}
      </Button>
      <Suspense>
        {asked === "rollback" && branch ? (
          <RollbackDialog conversationId={open.id} branch={branch} toId={messageId} onClose={close} />
        ) : null}
        {asked === "what-if" ? <WhatIfDialog messageId={messageId} onClose={close} /> : null}
      </Suspense>
    </div>
  )
}
