import { useLingui } from "@lingui/react/macro"
import { Check, RefreshCw } from "lucide-react"
import type { Message } from "@/features/conversations/api/messages"
import { speakerOf } from "@/features/conversations/compare/words"
import { AnswerBody } from "@/features/conversations/page/parts/answer-body"
import { stateOf } from "@/features/conversations/page/turn/turn-state"
import { useFollowing } from "@/features/conversations/page/turn/use-following"
import { WritingBars } from "@/components/ui/bars"
import { Button } from "@/components/ui/button"
import { Chip } from "@/components/ui/chip"
import { shortName } from "@/features/conversations/page/speakers"

interface LaneProps {
  message: Message | null
  /** While it is being written. */
  runId: string | null
  place: number
  count: number
  voice: number
  /** Whether the shown branch goes on from this one. */
  isShown: boolean
  onPick: (() => void) | null
  onAgain: (() => void) | null
}

/** One of several answers to the same words: whole, or as it is written. */
export function Lane({ message, runId, place, count, voice, isShown, onPick, onAgain }: LaneProps) {
  const { t } = useLingui()
  const view = useFollowing(runId)
  const state = stateOf(message, view)
  const name = message === null ? (view?.model ?? t`Model`) : speakerOf(message)
  return (
    <article
      aria-label={t`${name}, answer ${place} of ${count}`}
      aria-busy={state.isRunning}
      data-voice={voice}
      className="flex min-w-0 shrink-0 basis-full snap-start flex-col gap-3 border-s-2 border-(--voice) ps-4 md:shrink md:basis-0 md:grow"
    >
      <header className="flex min-h-(--control) items-center gap-2">
        <h3 className="voice-name min-w-0 truncate text-body font-semibold">
          <bdi title={name}>{shortName(name)}</bdi>
        </h3>
        {state.isRunning ? <WritingBars /> : null}
        {isShown ? <Chip tone="accent">{t`Shown`}</Chip> : null}
      </header>
      <div className="min-w-0 flex-1">
        <AnswerBody parts={state.parts} growing={state.growing} isStreaming={state.isRunning} tools={state.tools} thoughtMs={state.thoughtMs} />
      </div>
      <footer className="flex flex-wrap gap-2">
        <Button look={isShown ? "outline" : "solid"} disabled={onPick === null} onClick={onPick ?? undefined}>
          <Check aria-hidden="true" className="size-4" />
          {t`Go on with this one`}
        </Button>
        <Button disabled={onAgain === null} onClick={onAgain ?? undefined}>
          <RefreshCw aria-hidden="true" className="size-4" />
          {t`Answer again`}
        </Button>
      </footer>
    </article>
  )
}
