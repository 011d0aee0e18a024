import { useLingui } from "@lingui/react/macro"
import { type PointerEvent, type RefObject, useEffect, useState } from "react"
import { drawShape, grown, isVisible, type Point, type Shape, type Tool } from "@/features/conversations/composer/capture/drawing"

interface DrawingBoardProps {
  board: RefObject<HTMLCanvasElement | null>
  still: ImageBitmap
  tool: Tool
  shapes: readonly Shape[]
  onShape: (shape: Shape) => void
}

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** The picture and what is drawn on it: with the pointer, or with arrows and Enter for where a shape begins and ends. */
export function DrawingBoard({ board, still, tool, shapes, onShape }: DrawingBoardProps) {
  const { t } = useLingui()
  const [open, setOpen] = useState<Shape | null>(null)
  const [cursor, setCursor] = useState<Point>({ x: still.width / 2, y: still.height / 2 })
  useEffect(() => {
    const pen = board.current?.getContext("2d")
    if (!pen) return
    const style = getComputedStyle(document.documentElement)
    const colours = { mark: style.getPropertyValue("--danger-mark"), hidden: "black" }
    pen.drawImage(still, 0, 0)
    for (const shape of open === null ? shapes : [...shapes, open]) {
      drawShape(pen, shape, Math.max(still.width, still.height), colours)
    }
  }, [board, still, shapes, open])
  const end = (shape: Shape): void => {
    setOpen(null)
    if (isVisible(shape)) onShape(shape)
  }
  const pointOf = (event: PointerEvent<HTMLCanvasElement>): Point => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    return { x: ((event.clientX - left) / width) * still.width, y: ((event.clientY - top) / height) * still.height }
  }
  return (
    <div className="relative">
      <canvas
        ref={board}
        width={still.width}
        height={still.height}
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role -- it takes its keys itself
        role="application"
        aria-label={t`The picture. Arrows move the point, Enter begins and ends a shape.`}
        className="block w-full touch-none rounded-2 border border-border"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setOpen({ tool, points: [pointOf(event)] })
        }}
        onPointerMove={(event) => {
          if (open !== null && event.buttons > 0) setOpen(grown(open, pointOf(event)))
        }}
        onPointerUp={() => open && end(open)}
        onKeyDown={(event) => {
          const step = STEPS[event.key]
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault()
            if (open === null) setOpen({ tool, points: [cursor] })
            else end(grown(open, cursor))
          } else if (step !== undefined) {
            event.preventDefault()
            const by = (Math.max(still.width, still.height) / 100) * (event.shiftKey ? 5 : 1)
            const next = { x: cursor.x + step.x * by, y: cursor.y + step.y * by }
            setCursor(next)
            if (open !== null) setOpen(grown(open, next))
          }
        }}
      />
      <span
        aria-hidden="true"
        className="pointer-events-none absolute size-3 -translate-1/2 rounded-full border-2 border-focus opacity-0 [canvas:focus-visible+&]:opacity-100"
        style={{ left: `${(cursor.x / still.width) * 100}%`, top: `${(cursor.y / still.height) * 100}%` }}
      />
    </div>
  )
}
