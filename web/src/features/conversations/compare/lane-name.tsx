import { useLingui } from "@lingui/react/macro"
import type { Message } from "@/features/conversations/api/messages"
import type { Speaker } from "@/features/conversations/page/speakers"
import { useTalk } from "@/features/conversations/page/talk-context"
import { useOfRun } from "@/features/conversations/page/turn/use-following"

interface LaneNameProps {
  message: Message | null
  runId: string | null
}

/** Whose answer it is, in the speaker's colour. */
export function LaneName({ message, runId }: LaneNameProps) {
  const { t } = useLingui()
  const speaker = useLaneSpeaker(message, runId)
  return (
    <bdi data-voice={speaker.voice} title={speaker.name} className="voice-name min-w-0 truncate">
      {speaker.name || t`Model`}
    </bdi>
  )
}

/** Who answers in a lane: by the message, or by what the run was asked of. */
export function useLaneSpeaker(message: Message | null, runId: string | null): Speaker {
  const { speakers } = useTalk()
  const model = useOfRun(runId, (view) => view?.model ?? null)
  return speakers.of(message?.author ?? { kind: "model", name: model })
}
