import { Suspense } from "react"
import { lazy } from "@/lib/lazy"
import type { MediaPart } from "@/live/parts"

const Media = lazy(() => import("@/features/conversations/page/parts/media").then((module) => ({ default: module.Media })))

/** A picture, a recording or a file: what shows it is loaded with the first of them. */
export function MediaSlot({ part }: { part: MediaPart }) {
  return (
    <Suspense>
      <Media part={part} />
    </Suspense>
  )
}
