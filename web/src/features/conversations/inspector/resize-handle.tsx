import { useLingui } from "@lingui/react/macro"
import type { KeyboardEvent, PointerEvent } from "react"
import { LEAST_PX, MOST_PX, setInspector, within } from "@/features/conversations/inspector/inspector-state"

const STEP_PX = 16

interface ResizeHandleProps {
  widthPx: number
}

/** The edge between the turns and the inspector: dragged, or moved with the arrows. */
export function ResizeHandle({ widthPx }: ResizeHandleProps) {
  const { t } = useLingui()
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const wider = isRtl(event.currentTarget) ? "ArrowRight" : "ArrowLeft"
    const narrower = isRtl(event.currentTarget) ? "ArrowLeft" : "ArrowRight"
    const to = { [wider]: widthPx + STEP_PX, [narrower]: widthPx - STEP_PX, Home: LEAST_PX, End: MOST_PX }[event.key]
    if (to === undefined) return
    event.preventDefault()
    resize(to)
  }
  return (
    // A separator that can be moved has the focus and a value, as WAI-ARIA has it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t`Width of the inspector`}
      aria-valuenow={widthPx}
      aria-valuemin={LEAST_PX}
      aria-valuemax={MOST_PX}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={press}
      onPointerMove={drag}
      onKeyDown={move}
      className="quick absolute inset-y-0 -start-1 z-(--z-sticky) hidden w-2 cursor-col-resize touch-none hover:bg-active lg:block"
    />
  )
}

function press(event: PointerEvent<HTMLDivElement>): void {
  event.preventDefault()
  event.currentTarget.setPointerCapture(event.pointerId)
}

function drag(event: PointerEvent<HTMLDivElement>): void {
  const handle = event.currentTarget
  const frame = handle.parentElement
  if (!handle.hasPointerCapture(event.pointerId) || !frame) return
  const { left, right } = frame.getBoundingClientRect()
  resize(isRtl(handle) ? event.clientX - left : right - event.clientX)
}

function resize(widthPx: number): void {
  setInspector({ widthPx: within(widthPx) })
}

function isRtl(element: Element): boolean {
  return getComputedStyle(element).direction === "rtl"
}
