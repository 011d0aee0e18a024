import { useLingui } from "@lingui/react/macro"
import { memo, Suspense, useEffect, useRef, useState } from "react"
import type { Echo } from "@/features/conversations/api/echo"
import type { Message } from "@/features/conversations/api/messages"
import type { Running } from "@/features/conversations/page/lines"
import { AnswerBody } from "@/features/conversations/page/parts/answer-body"
import { SaidBody } from "@/features/conversations/page/parts/said-body"
import { useTalk } from "@/features/conversations/page/talk-context"
import { TurnEditor } from "@/features/conversations/page/turn/lazy"
import { TurnBoundary } from "@/features/conversations/page/turn/turn-boundary"
import { TurnFacts } from "@/features/conversations/page/turn/turn-facts"
import { TurnFooter } from "@/features/conversations/page/turn/turn-footer"
import { TurnFrame } from "@/features/conversations/page/turn/turn-frame"
import { stateOf } from "@/features/conversations/page/turn/turn-state"
import { useFollowing } from "@/features/conversations/page/turn/use-following"
import { useTurnPress } from "@/features/conversations/page/turn/use-turn-press"

interface TurnProps {
  turnKey: string
  message: Message | null
  running: Running | null
  echo: Echo | null
  goesOn: boolean
  isLast: boolean
  /** Came while the page was open: it fades in. */
  isNew: boolean
  isEdited: boolean
  isTabStop: boolean
  measure: (key: string, element: HTMLElement) => () => void
}

/** One turn of the column, from the moment it is sent or begins to what the server keeps of it. */
export const Turn = memo((props: TurnProps) => {
  const { turnKey, message, running, echo, goesOn, isLast, isEdited, measure } = props
  const { t } = useLingui()
  const talk = useTalk()
  const element = useRef<HTMLElement>(null)
  const [isNew] = useState(props.isNew)
  const view = useFollowing(running?.run_id ?? null)
  const state = stateOf(message, view)
  const isAnswer = echo === null && (running !== null || message?.role === "assistant")
  const answerer = { kind: "model" as const, name: view?.model ?? talk.model }
  const speaker = echo !== null ? talk.speakers.self(t`Owner`) : talk.speakers.of(message?.author ?? answerer)
  const name = speaker.name || (speaker.kind === "person" ? t`You` : t`Model`)
  const press = useTurnPress(element)
  useEffect(() => (element.current === null ? undefined : measure(turnKey, element.current)), [measure, turnKey])
  const facts = (
    <TurnFacts
      atMs={message?.created_at_ms ?? echo?.atMs ?? null}
      isPinned={message?.pinned_at_ms != null}
      isExcluded={message?.excluded_at_ms != null}
      isRunning={state.isRunning}
      note={echo === null ? null : echo.state === "sending" ? t`sending` : t`waiting`}
    />
  )
  return (
    <article
      ref={element}
      {...press}
      data-turn={turnKey}
      data-message={message?.id ?? running?.message_id}
      data-running={state.isRunning ? "" : undefined}
      aria-label={name}
      aria-busy={state.isRunning}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- one tab stop for the turns: keys act on the one in focus
      tabIndex={props.isTabStop ? 0 : -1}
      className={`turn group/turn scroll-mt-4 rounded-3 ${isNew ? "turn-new" : ""}`}
    >
      <TurnBoundary>
        <TurnFrame
          speaker={speaker}
          name={name}
          facts={facts}
          goesOn={goesOn}
          isOwn={speaker.kind === "person"}
          footer={
            echo === null ? (
              <TurnFooter message={message} state={state} isLast={isLast} endedAtMs={message?.created_at_ms ?? view?.lastAtMs ?? null} />
            ) : (
              <div className="h-(--control)" />
            )
          }
        >
          {isEdited && message !== null ? (
            <Suspense>
              <TurnEditor message={message} />
            </Suspense>
          ) : isAnswer ? (
            <AnswerBody parts={state.parts} growing={state.growing} isStreaming={state.isRunning} isNew={isNew} tools={state.tools} thoughtMs={state.thoughtMs} />
          ) : (
            <SaidBody parts={echo?.parts ?? state.parts} />
          )}
          {message?.content === null ? <p className="text-body text-text-3">{t`This message was deleted.`}</p> : null}
        </TurnFrame>
      </TurnBoundary>
    </article>
  )
})
Turn.displayName = "Turn"
