import { useQuery } from "@tanstack/react-query"
import { answerRequestQuery } from "@/features/conversations/api/conversations"
import type { Message } from "@/features/conversations/api/messages"
import { useTurnActs } from "@/features/conversations/page/acts/use-turn-acts"
import { Failure } from "@/features/conversations/page/turn/failure"
import { isTold } from "@/features/conversations/page/turn/told-error"
import type { TurnState } from "@/features/conversations/page/turn/turn-state"

interface EarlyEndProps {
  /** An answer that is not complete. */
  message: Message
  state: TurnState
  endedAtMs: number | null
}

/** Why an answer ended early, from its run or as the server keeps it. */
export function EarlyEnd({ message, state, endedAtMs }: EarlyEndProps) {
  const { regenerate, goOn } = useTurnActs()
  const asked = useQuery({ ...answerRequestQuery(message.id), enabled: state.error === null && message.run_id !== null, retry: false })
  const told = asked.data?.error?.["error"] ?? asked.data?.error
  if (asked.isLoading) return null
  return (
    <Failure
      status={message.status}
      error={state.error ?? (isTold(told) ? told : null)}
      endedAtMs={endedAtMs}
      onRetry={() => regenerate(message)}
      onContinue={state.parts.length > 0 ? () => goOn(message) : null}
    />
  )
}
