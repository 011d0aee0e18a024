import { useLingui } from "@lingui/react/macro"
import { useEffect, useEffectEvent, useRef } from "react"
import { Button } from "@/components/ui/button"
import { Notice } from "@/components/ui/notice"

const SHOWN_MS = 10_000

interface UndoNoteProps {
  /** What was done. */
  sentence: string
  problem: Error | null
  isPending: boolean
  onUndo: () => void
  /** Told when it is too late. */
  onOver: () => void
}

/** What was removed had the focus; who uses the keyboard goes on from here. */
function focus(button: HTMLButtonElement | null): void {
  button?.focus({ preventScroll: true })
}

/** Says what was just done and takes it back for ten seconds; stays while the pointer or the keyboard is on it. */
export function UndoNote({ sentence, problem, isPending, onUndo, onOver }: UndoNoteProps) {
  const { t } = useLingui()
  const frame = useRef<HTMLDivElement>(null)
  const over = useEffectEvent(onOver)
  useEffect(() => {
    const timer = setInterval(() => {
      if (!frame.current?.matches(":hover, :has(:focus-visible)")) over()
    }, SHOWN_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <div ref={frame} role="status">
      <Notice
        tone={problem ? "danger" : "info"}
        action={
          <Button look="outline" ref={focus} disabled={isPending} onClick={onUndo}>
            {t`Undo`}
          </Button>
        }
      >
        {problem ? problem.message : sentence}
      </Notice>
    </div>
  )
}
