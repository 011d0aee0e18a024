import { lazy, Suspense, useSyncExternalStore } from "react"
import { onDialog, openDialog, openedDialog } from "@/features/conversations/list/open-dialog"

const ConversationDialog = lazy(() =>
  import("@/features/conversations/list/dialogs/conversation-dialog").then((module) => ({ default: module.ConversationDialog })),
)

/** Where dialogs about conversations open, whoever asks for them. */
export function DialogHost() {
  const open = useSyncExternalStore(onDialog, openedDialog)
  if (open === null) return null
  return (
    <Suspense>
      <ConversationDialog open={open} onClose={() => openDialog(null)} />
    </Suspense>
  )
}
