import type { Line } from "@/features/conversations/page/lines"

/** Letters on a line of the column, and what a turn takes besides its lines; in pixels. */
const LETTERS = 86
const LINE_PX = 24
const FRAME_PX = 96
const MOST_PX = 20_000

/** About how high a turn will be, until it is drawn. */
export function heightOf(line: Line | undefined): number {
  const letters = line?.message?.size_bytes ?? 0
  return Math.min(MOST_PX, FRAME_PX + Math.ceil(letters / LETTERS) * LINE_PX)
}
