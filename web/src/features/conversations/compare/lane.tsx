import { useLingui } from "@lingui/react/macro"
import { Check, Square } from "lucide-react"
import { Suspense } from "react"
import { Avatar } from "@/components/ui/avatar"
import { Button } from "@/components/ui/button"
import { Chip } from "@/components/ui/chip"
import type { Message } from "@/features/conversations/api/messages"
import { stopRun } from "@/features/conversations/api/stop-run"
import { LaneName, useLaneSpeaker } from "@/features/conversations/compare/lane-name"
import { LaneNews } from "@/features/conversations/compare/lane-news"
import { AnswerBody } from "@/features/conversations/page/parts/answer-body"
import { useTalk } from "@/features/conversations/page/talk-context"
import { CostLine } from "@/features/conversations/page/turn/cost-line"
import { EarlyEnd } from "@/features/conversations/page/turn/early-end"
import { TurnEditor } from "@/features/conversations/page/turn/lazy"
import { TurnActions } from "@/features/conversations/page/turn/turn-actions"
import { TurnFacts } from "@/features/conversations/page/turn/turn-facts"
import { stateOf } from "@/features/conversations/page/turn/turn-state"
import { useFollowing } from "@/features/conversations/page/turn/use-following"

interface LaneProps {
  message: Message | null
  /** While it is being written. */
  runId: string | null
  place: number
  count: number
  /** Whether the branch goes on from this one. */
  isShown: boolean
  isEdited: boolean
  onPick: (() => void) | null
}

/** One of several answers to the same words: whole, or as it is written. */
export function Lane({ message, runId, place, count, isShown, isEdited, onPick }: LaneProps) {
  const { t } = useLingui()
  const talk = useTalk()
  const view = useFollowing(runId)
  const speaker = useLaneSpeaker(message, runId)
  const state = stateOf(message, view)
  const name = speaker.name || t`Model`
  const label = t`${name}, answer ${place} of ${count}`
  return (
    <article
      aria-label={label}
      aria-busy={state.isRunning}
      data-running={state.isRunning ? "" : undefined}
      data-voice={speaker.voice}
      className="lane flex flex-col border-s-2 border-(--voice) ps-3"
    >
      <header className="mb-1 flex min-h-(--control) items-center gap-2 text-body font-semibold">
        <Avatar kind="model" letters={speaker.letters} voice={speaker.voice} />
        <LaneName message={message} runId={runId} />
        <TurnFacts atMs={null} isPinned={message?.pinned_at_ms != null} isExcluded={message?.excluded_at_ms != null} isRunning={state.isRunning} note={null} />
        {isShown && count > 1 ? <Chip tone="accent">{t`Shown`}</Chip> : null}
      </header>
      <div className="min-w-0 flex-1">
        {isEdited && message !== null ? (
          <Suspense>
            <TurnEditor message={message} />
          </Suspense>
        ) : (
          <AnswerBody parts={state.parts} growing={state.growing} isStreaming={state.isRunning} tools={state.tools} thoughtMs={state.thoughtMs} />
        )}
      </div>
      {message !== null && message.status !== "complete" ? (
        <EarlyEnd message={message} state={state} endedAtMs={message.created_at_ms} />
      ) : null}
      <footer className="mt-2 flex min-h-(--control) flex-wrap items-center gap-2">
        {message === null && runId !== null ? (
          <Button size="small" onClick={() => void stopRun(talk.id, runId)}>
            <Square aria-hidden="true" className="size-3.5 fill-current" strokeWidth={1.75} />
            {t`Stop`}
          </Button>
        ) : (
          <Button look={isShown ? "outline" : "solid"} disabled={onPick === null} onClick={onPick ?? undefined}>
            <Check aria-hidden="true" className="size-4" />
            {t`Go on with this one`}
          </Button>
        )}
        {message === null ? null : <TurnActions message={message} />}
        {message === null ? null : <CostLine usage={message.usage ?? null} steps={state.steps} />}
      </footer>
      <LaneNews name={label} state={state} />
    </article>
  )
}
