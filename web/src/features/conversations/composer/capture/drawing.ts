/** What is drawn on a captured still, in its own pixels. */

export const TOOLS = ["pen", "arrow", "box", "hide"] as const
export type Tool = (typeof TOOLS)[number]

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Shape {
  readonly tool: Tool
  readonly points: readonly Point[]
}

export interface Colours {
  readonly mark: string
  readonly hidden: string
}

/** The shape as the pointer goes on: a pen keeps its way, all others where it began and where it is. */
export function grown(shape: Shape, point: Point): Shape {
  const [first] = shape.points
  return { ...shape, points: shape.tool === "pen" || first === undefined ? [...shape.points, point] : [first, point] }
}

/** Whether a shape would be seen. */
export function isVisible({ points }: Shape): boolean {
  const [first] = points
  return first !== undefined && points.some(({ x, y }) => Math.abs(x - first.x) + Math.abs(y - first.y) > LEAST_PX)
}

const LEAST_PX = 3
/** A line's width, as a share of the picture's longer side. */
const LINE_SHARE = 1 / 320
const HEAD = 5

type Pen = Pick<
  CanvasRenderingContext2D,
  "beginPath" | "moveTo" | "lineTo" | "stroke" | "strokeRect" | "fillRect"
> & { lineWidth: number; strokeStyle: unknown; fillStyle: unknown; lineCap: unknown; lineJoin: unknown }

export function drawShape(pen: Pen, { tool, points }: Shape, longerSide: number, colours: Colours): void {
  const [from] = points
  const to = points.at(-1)
  if (from === undefined || to === undefined) return
  const width = Math.max(2, longerSide * LINE_SHARE)
  Object.assign(pen, { lineWidth: width, strokeStyle: colours.mark, lineCap: "round", lineJoin: "round" })
  const [x, y, wide, high] = [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(to.x - from.x), Math.abs(to.y - from.y)]
  if (tool === "box") return pen.strokeRect(x, y, wide, high)
  if (tool === "hide") {
    // Nothing of what was there is left in the picture; a blur can be undone.
    pen.fillStyle = colours.hidden
    return pen.fillRect(x, y, wide, high)
  }
  pen.beginPath()
  pen.moveTo(from.x, from.y)
  for (const point of points.slice(1)) pen.lineTo(point.x, point.y)
  if (tool === "arrow") {
    const angle = Math.atan2(to.y - from.y, to.x - from.x)
    for (const turn of [-1, 1]) {
      const side = angle + Math.PI + (turn * Math.PI) / 7
      pen.moveTo(to.x, to.y)
      pen.lineTo(to.x + Math.cos(side) * width * HEAD, to.y + Math.sin(side) * width * HEAD)
    }
  }
  pen.stroke()
}
