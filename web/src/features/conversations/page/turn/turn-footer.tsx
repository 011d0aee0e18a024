import { useLingui } from "@lingui/react/macro"
import { useQuery } from "@tanstack/react-query"
import { Square } from "lucide-react"
import { lazy, Suspense, useState } from "react"
import { Button } from "@/components/ui/button"
import { answerRequestQuery } from "@/features/conversations/api/conversations"
import type { Message } from "@/features/conversations/api/messages"
import { useTurnActs, versionsOf } from "@/features/conversations/page/acts/use-turn-acts"
import { useTalk } from "@/features/conversations/page/talk-context"
import { CostLine } from "@/features/conversations/page/turn/cost-line"
import { TurnActions } from "@/features/conversations/page/turn/turn-actions"
import type { TurnState } from "@/features/conversations/page/turn/turn-state"
import { isTold } from "@/features/conversations/page/turn/told-error"

const Failure = lazy(() => import("@/features/conversations/page/turn/failure").then((module) => ({ default: module.Failure })))
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
  const { regenerate, goOn } = useTurnActs()
  const [isNear, setIsNear] = useState(false)
  const isAnswer = message?.role === "assistant"
  const isEarly = isAnswer && message.status !== "complete"
  const asked = useQuery({ ...answerRequestQuery(message?.id ?? ""), enabled: isEarly && state.error === null, retry: false })
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
  const told = asked.data?.error?.["error"] ?? asked.data?.error
  const isSaid = state.parts.length > 0
  return (
    <>
      {isEarly && !asked.isLoading ? (
        <Suspense>
          <Failure
            status={message.status}
            error={state.error ?? (isTold(told) ? told : null)}
            endedAtMs={endedAtMs}
            onRetry={() => regenerate(message)}
            onContinue={isSaid ? () => goOn(message) : null}
          />
        </Suspense>
      ) : null}
      <div
        onPointerEnter={() => setIsNear(true)}
        onFocus={() => setIsNear(true)}
        className="mt-1 flex min-h-(--control) min-w-0 flex-wrap items-center gap-x-2"
      >
        <Suspense>{versionsOf(message).length > 1 ? <VersionSwitcher message={message} /> : null}</Suspense>
        <div
          className={`quick flex items-center ${isLast ? "" : "opacity-0 group-focus-within/turn:opacity-100 group-hover/turn:opacity-100 pointer-coarse:opacity-100"}`}
        >
          <TurnActions message={message} />
        </div>
        {isAnswer ? <CostLine messageId={message.id} steps={state.steps} isWanted={isLast || isNear} /> : null}
      </div>
    </>
  )
}
