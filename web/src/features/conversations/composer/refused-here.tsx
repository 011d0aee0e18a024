import { Suspense } from "react"
import { refusedIn } from "@/features/conversations/composer/refused"
import { lazy } from "@/lib/lazy"
import type { DraftStore } from "@/live/drafts"
import { useOutbox } from "@/live/hooks"

const RefusedLines = lazy(() => import("@/features/conversations/composer/refused-line"))

interface RefusedHereProps {
  conversationId: string | null
  store: DraftStore
  onTakenBack: () => void
}

/** What was said here and refused; what shows it is loaded when something is. */
export function RefusedHere({ conversationId, ...rest }: RefusedHereProps) {
  const { acts } = useOutbox()
  const all = refusedIn(acts, conversationId)
  if (all.length === 0) return null
  return (
    <Suspense>
      <RefusedLines all={all} {...rest} />
    </Suspense>
  )
}
