import { useLingui } from "@lingui/react/macro"
import { useEffect, useSyncExternalStore } from "react"
import { AttachedChip } from "@/features/conversations/composer/attachments/attached-chip"
import { PendingChip } from "@/features/conversations/composer/attachments/pending-chip"
import { uploads } from "@/features/conversations/composer/attachments/uploads"
import type { Draft, DraftStore } from "@/live/drafts"

interface FileChipsProps {
  draft: Draft
  store: DraftStore
  /** Told that a chip is gone, and the focus with it. */
  onGone: () => void
}

/** The files that go with the message: those on their way, which it sends, and those that are there. */
export default function FileChips({ draft, store, onGone }: FileChipsProps) {
  const { t } = useLingui()
  const states = useSyncExternalStore(uploads.subscribe, uploads.view)
  useEffect(() => {
    for (const file of draft.files) uploads.start(file, store)
  }, [draft.files, store])
  return (
    <ul aria-label={t`Files of this message`} className="flex flex-wrap gap-2 px-3 pt-3">
      {draft.attachments.map((attachment) => (
        <li key={attachment.fileId} className="max-w-full">
          <AttachedChip
            attachment={attachment}
            onRemove={() => {
              store.change({ attachments: draft.attachments.filter((one) => one.fileId !== attachment.fileId) })
              onGone()
            }}
            onText={(text) => {
              const rest = store.view().attachments.filter((one) => one.fileId !== attachment.fileId)
              store.change({ attachments: rest, text: [store.view().text, text].filter(Boolean).join("\n\n") })
              onGone()
            }}
          />
        </li>
      ))}
      {draft.files.map((file) => (
        <li key={file.id} className="max-w-full">
          <PendingChip
            file={file}
            state={states.get(file.id)}
            onAgain={() => uploads.again(file, store)}
            onCancel={() => {
              uploads.cancel(file.id, store)
              onGone()
            }}
          />
        </li>
      ))}
    </ul>
  )
}
