import { useLingui } from "@lingui/react/macro"
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react"
import { GrowingSegment } from "@/features/conversations/page/score/growing-segment"
import { type ScoredTurn, segmentsOf, turnAt } from "@/features/conversations/page/score/segments"
import type { Running } from "@/features/conversations/page/lines"

interface ScoreProps {
  turns: readonly ScoredTurn[]
  running: readonly Running[]
  /** The first and the last turn in the view. */
  top: number
  bottom: number
  onShow: (turn: ScoredTurn) => void
}

const FAR = 10
const FIRST_PX = 600

/**
 * The score: one segment for each turn in its speaker's voice. It is the overview, says where one reads, and leads
 * to any turn, by pointer and by keys.
 */
export function Score({ turns, running, top, bottom, onShow }: ScoreProps) {
  const { t } = useLingui()
  const strip = useRef<HTMLDivElement>(null)
  const [heightPx, setHeightPx] = useState(FIRST_PX)
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setHeightPx(entry?.contentRect.height ?? FIRST_PX))
    if (strip.current !== null) sizes.observe(strip.current)
    return () => sizes.disconnect()
  }, [])
  const segments = useMemo(() => segmentsOf(turns, heightPx), [turns, heightPx])
  const show = (at: number): void => {
    const turn = turns[Math.min(turns.length - 1, Math.max(0, at))]
    if (turn !== undefined) onShow(turn)
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.type === "pointermove" && event.buttons !== 1) return
    const { top: begin, height } = event.currentTarget.getBoundingClientRect()
    event.currentTarget.setPointerCapture(event.pointerId)
    show(turnAt(segments, (event.clientY - begin) / height))
  }
  const onKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -FAR, PageDown: FAR, Home: -turns.length, End: turns.length }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    show(top + step)
  }
  const [now, all, name] = [top + 1, turns.length, turns[top]?.name ?? ""]
  if (all < 2) return null
  return (
    <div
      ref={strip}
      role="slider"
      tabIndex={0}
      aria-label={t`The score of the conversation`}
      aria-orientation="vertical"
      aria-valuemin={1}
      aria-valuemax={all}
      aria-valuenow={now}
      aria-valuetext={t`${name}, turn ${now} of ${all}`}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onKeyDown={onKey}
      className="score absolute inset-y-5 end-1 hidden w-6 cursor-pointer touch-none flex-col gap-0.5 rounded-2 ps-2 sm:flex"
    >
      {segments.map(({ from, to, voice, weight }) => (
        <span
          key={from}
          data-voice={voice}
          data-seen={from <= bottom && to > top ? "" : undefined}
          style={{ flexGrow: weight }}
          className="score-segment voice-bar"
        />
      ))}
      {running.map(({ run_id: runId }) => (
        <GrowingSegment key={runId} runId={runId} isSeen={bottom >= all - 1} />
      ))}
    </div>
  )
}
