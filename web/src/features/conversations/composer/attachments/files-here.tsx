import { Suspense } from "react"
import { lazy } from "@/lib/lazy"
import type { Draft, DraftStore } from "@/live/drafts"

const FileChips = lazy(() => import("@/features/conversations/composer/attachments/file-chips"))

interface FilesHereProps {
  draft: Draft
  store: DraftStore
  onGone: () => void
}

/** The files beside the message; what sends and shows them is loaded when there are some. */
export function FilesHere({ draft, store, onGone }: FilesHereProps) {
  if (draft.attachments.length + draft.files.length === 0) return null
  return (
    <Suspense>
      <FileChips draft={draft} store={store} onGone={onGone} />
    </Suspense>
  )
}
