import { useLingui } from "@lingui/react/macro"
import { Square } from "lucide-react"
import { Suspense } from "react"
import { Button } from "@/components/ui/button"
import type { Message } from "@/features/conversations/api/messages"
import { versionsOf } from "@/features/conversations/page/acts/use-turn-acts"
import { useTalk } from "@/features/conversations/page/talk-context"
import { CostLine } from "@/features/conversations/page/turn/cost-line"
import { TurnActions } from "@/features/conversations/page/turn/turn-actions"
import type { TurnState } from "@/features/conversations/page/turn/turn-state"
import { lazy } from "@/lib/lazy"
import { useIdle } from "@/lib/use-idle"

const EarlyEnd = lazy(() => import("@/features/conversations/page/turn/early-end").then((module) => ({ default: module.EarlyEnd })))
const VersionSwitcher = lazy(() =>
  import("@/features/conversations/page/turn/version-switcher").then((module) => ({ default: module.VersionSwitcher })),
)

interface TurnFooterProps {
  message: Message | null
  state: TurnState
  isLast: boolean
  endedAtMs: number | null
}

/** Below what was said: what went wrong, the versions, what can be done, and what it took. */
export function TurnFooter({ message, state, isLast, endedAtMs }: TurnFooterProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const isReady = useIdle(isLast)
  const hasVersions = message !== null && versionsOf(message).length > 1
  const isAnswer = message?.role === "assistant"
  if (message === null) {
    return (
      <div className="mt-1 flex min-h-(--control) items-center">
        {state.isRunning ? (
          <Button size="small" onClick={talk.stop}>
            <Square aria-hidden="true" className="size-3.5 fill-current" strokeWidth={1.75} />
            {t`Stop`}
          </Button>
        ) : null}
      </div>
    )
  }
  return (
    <>
      <Suspense>
        {isAnswer && message.status !== "complete" ? <EarlyEnd message={message} state={state} endedAtMs={endedAtMs} /> : null}
      </Suspense>
      <div className="mt-1 flex min-h-(--control) min-w-0 flex-wrap items-center gap-x-1">
        <Suspense>{hasVersions ? <VersionSwitcher message={message} /> : null}</Suspense>
        <div
          className={`quick flex items-center ${hasVersions ? "" : "-ms-[calc((var(--control)-1rem)/2)]"} ${isLast ? "" : "opacity-0 group-focus-within/turn:opacity-100 group-hover/turn:opacity-100 pointer-coarse:opacity-100"}`}
        >
          {isReady ? <TurnActions message={message} /> : null}
        </div>
        {isAnswer ? <CostLine usage={message.usage ?? null} steps={state.steps} /> : null}
      </div>
    </>
  )
}
