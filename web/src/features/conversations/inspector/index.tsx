import { Suspense } from "react"
import { lazy } from "@/lib/lazy"

export { showTrace } from "@/features/conversations/inspector/inspector-state"

const Body = lazy(() => import("@/features/conversations/inspector/inspector").then((m) => ({ default: m.Inspector })))

interface InspectorProps {
  /** Where it lies over the page, this closes it. */
  onClose?: () => void
}

/** What belongs to the open conversation, beside its turns. Loaded when it is first opened. */
export function Inspector(props: InspectorProps) {
  return (
    <Suspense>
      <Body {...props} />
    </Suspense>
  )
}
