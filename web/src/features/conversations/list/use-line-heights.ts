import { useMemo } from "react"
import type { Line } from "@/features/conversations/list/sections"
import { usePreference } from "@/lib/preferences"
import { useMedia } from "@/lib/use-media"

const ROW_PX = { comfortable: 32, compact: 28, spacious: 44 } as const
const GAP_PX = 2
const HEAD_PX = 36

/** Where each line of the list begins, in pixels, and one more entry for its end. */
export function useLineTops(lines: readonly Line[]): readonly number[] {
  const density = usePreference("density")
  const isTouched = useMedia("(pointer: coarse)")
  // A text of twice the size makes rows of twice the height: they are measured in rem.
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
  const rowPx = (isTouched && density !== "compact" ? ROW_PX.spacious : ROW_PX[density]) + GAP_PX
  return useMemo(() => {
    const tops = [0]
    for (const { kind } of lines) tops.push((tops.at(-1) ?? 0) + (kind === "head" ? HEAD_PX : rowPx) * scale)
    return tops
  }, [lines, rowPx, scale])
}
