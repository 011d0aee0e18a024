import { weightOf } from "@/features/conversations/page/score/segments"
import { useTalk } from "@/features/conversations/page/talk-context"
import { textOf } from "@/features/conversations/page/turn/turn-state"
import { useFollowing } from "@/features/conversations/page/turn/use-following"

interface GrowingSegmentProps {
  runId: string
  isSeen: boolean
}

const LETTERS_PER_TOKEN = 4
const STEP_TOKENS = 40

/** The segment of the answer that is being written: it grows with it. */
export function GrowingSegment({ runId, isSeen }: GrowingSegmentProps) {
  const { speakers, model } = useTalk()
  const view = useFollowing(runId)
  const { voice } = speakers.of({ kind: "model", name: view?.model ?? model })
  const tokens = textOf(view?.parts ?? []).length / LETTERS_PER_TOKEN
  // In steps, so that not every frame lays out the score anew.
  const weight = weightOf(Math.round(tokens / STEP_TOKENS) * STEP_TOKENS)
  return <span data-voice={voice} data-seen={isSeen ? "" : undefined} style={{ flexGrow: weight }} className="score-segment voice-bar" />
}
