import { useLingui } from "@lingui/react/macro"
import { LaneName } from "@/features/conversations/compare/lane-name"
import type { Message } from "@/features/conversations/api/messages"

interface LanePagesProps {
  lanes: readonly { id: string; message: Message | null; runId: string | null }[]
  /** Which one is in the view. */
  at: number
  onGo: (place: number) => void
}

/** On a narrow screen, where one lane is in the view: whose there are, and the way to each. */
export function LanePages({ lanes, at, onGo }: LanePagesProps) {
  const { t } = useLingui()
  return (
    <div role="group" aria-label={t`Answers`} className="lane-pages gap-1 border-b border-border">
      {lanes.map(({ id, message, runId }, place) => (
        <button
          key={id}
          type="button"
          aria-current={place === at ? "true" : undefined}
          onClick={() => onGo(place)}
          className={`quick flex min-h-(--control) min-w-0 flex-1 items-center justify-center gap-1 border-b-2 px-2 text-ui ${place === at ? "border-accent font-medium" : "border-transparent hover:bg-hover"}`}
        >
          {/* The same model may stand in several. */}
          <span className="tabular shrink-0 text-text-2">{place + 1}</span> <LaneName message={message} runId={runId} />
        </button>
      ))}
    </div>
  )
}
