import { weightOf } from "@/features/conversations/page/score/segments"
import { useTalk } from "@/features/conversations/page/talk-context"
import { useOfRun } from "@/features/conversations/page/turn/use-following"
import type { RunView } from "@/live/run-store"

interface GrowingSegmentProps {
  runId: string
  isSeen: boolean
}

const LETTERS_PER_STEP = 160
const TOKENS_PER_STEP = 40

/** The segment of the answer that is being written: it grows with it, in steps, for each lays out the score anew. */
export function GrowingSegment({ runId, isSeen }: GrowingSegmentProps) {
  const { speakers, model } = useTalk()
  const name = useOfRun(runId, (view) => view?.model ?? null)
  const steps = useOfRun(runId, stepsOf)
  const { voice } = speakers.of({ kind: "model", name: name ?? model })
  return (
    <span
      data-voice={voice}
      data-seen={isSeen ? "" : undefined}
      style={{ flexGrow: weightOf(steps * TOKENS_PER_STEP) }}
      className="score-segment voice-bar"
    />
  )
}

function stepsOf(view: RunView | null): number {
  const letters = (view?.parts ?? []).reduce((sum, part) => sum + (part.kind === "text" ? part.text.length : 0), 0)
  return Math.round(letters / LETTERS_PER_STEP)
}
