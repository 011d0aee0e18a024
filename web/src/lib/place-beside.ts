/** Where a floating box stands beside what opened it. Pure: boxes in, a place out, all in CSS pixels. */

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export interface FloatingWish {
  anchor: Box
  size: { width: number; height: number }
  view: { width: number; height: number }
  /** Which edge of the anchor the box's own edge lies on, in reading direction. */
  align: "start" | "end"
  isRtl: boolean
}

const GAP_PX = 4
const EDGE_PX = 8

/** Below the anchor, above it where there is more room, and never outside the view. */
export function placeBeside({ anchor, size, view, align, isRtl }: FloatingWish): { left: number; top: number } {
  const below = view.height - anchor.bottom - GAP_PX - EDGE_PX
  const above = anchor.top - GAP_PX - EDGE_PX
  const isBelow = size.height <= below || below >= above
  const top = isBelow ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - size.height
  const isLeft = (align === "start") !== isRtl
  const left = isLeft ? anchor.left : anchor.right - size.width
  return { left: within(left, view.width - size.width), top: within(top, view.height - size.height) }
}

function within(value: number, most: number): number {
  return Math.max(EDGE_PX, Math.min(value, most - EDGE_PX))
}
