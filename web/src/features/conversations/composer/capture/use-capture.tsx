import { type ReactNode, Suspense, useState } from "react"
import { lazy } from "@/lib/lazy"

const CaptureDialog = lazy(() => import("@/features/conversations/composer/capture/capture-dialog"))

interface Capture {
  /** Undefined where the browser captures nothing. */
  readonly start: (() => void) | undefined
  readonly dialog: ReactNode
}

/** Captures a still of the screen, to be drawn on and then attached. */
export function useCapture(onFile: (file: File) => void): Capture {
  const [still, setStill] = useState<ImageBitmap | null>(null)
  const canCapture = "mediaDevices" in navigator && "getDisplayMedia" in navigator.mediaDevices
  const start = async (): Promise<void> => {
    const { grabStill } = await import("@/features/conversations/composer/capture/grab")
    // Who chooses nothing to be captured wants nothing.
    setStill(await grabStill().catch(() => null))
  }
  return {
    start: canCapture ? () => void start() : undefined,
    dialog:
      still === null ? null : (
        <Suspense>
          <CaptureDialog still={still} onFile={onFile} onClose={() => setStill(null)} />
        </Suspense>
      ),
  }
}
