import { useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { textOf, type TurnState } from "@/features/conversations/page/turn/turn-state"

interface LaneNewsProps {
  name: string
  state: TurnState
}

const MOST_LETTERS = 2_000

/** Says an answer to screen readers once, when it is finished here; what is being written never. */
export function LaneNews({ name, state }: LaneNewsProps) {
  const { t } = useLingui()
  const [wasRunning, setWasRunning] = useState(state.isRunning)
  if (state.isRunning && !wasRunning) setWasRunning(true)
  const text = wasRunning && !state.isRunning ? textOf(state.parts).slice(0, MOST_LETTERS) : ""
  const isWhole = state.status === "complete" || state.status === null
  return (
    <p role="status" className="sr-only">
      {text === "" ? "" : isWhole ? `${name}: ${text}` : t`${name} was interrupted: ${text}`}
    </p>
  )
}
