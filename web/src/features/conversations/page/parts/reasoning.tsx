import { useLingui } from "@lingui/react/macro"
import { Lightbulb } from "lucide-react"
import { foreignImages } from "@/features/conversations/api/foreign-images"
import { Fold } from "@/features/conversations/page/parts/fold"
import { formatDuration } from "@/lib/format"
import type { ReasoningPart } from "@/live/parts"
import { Markdown } from "@/markdown"

interface ReasoningProps {
  part: ReasoningPart
  isGrowing: boolean
  /** How long it was thought, in milliseconds; null where nobody knows. */
  durationMs: number | null
}

/** What the model thought before it answered: folded, with how long it took. */
export function Reasoning({ part, isGrowing, durationMs }: ReasoningProps) {
  const { t, i18n } = useLingui()
  const took = durationMs === null ? null : formatDuration(durationMs, i18n.locale)
  const title = isGrowing ? t`Thinking` : took === null ? t`Thought` : t`Thought for ${took}`
  if (!part.text) return part.redacted && !isGrowing ? <p className="my-1 text-ui text-text-3">{t`Thought in private.`}</p> : null
  return (
    <Fold Icon={Lightbulb} title={title}>
      <div className="text-text-2">
        <Markdown text={part.text} isStreaming={isGrowing} headingLevel={4} images={foreignImages} />
      </div>
    </Fold>
  )
}
