import { Suspense, useEffect, useSyncExternalStore } from "react"
import { onDialog, openDialog, openedDialog } from "@/features/conversations/list/open-dialog"
import { lazy } from "@/lib/lazy"
import { usePlace } from "@/router"

const ConversationDialog = lazy(() =>
  import("@/features/conversations/list/dialogs/conversation-dialog").then((module) => ({ default: module.ConversationDialog })),
)

/** Where dialogs about conversations open, whoever asks for them. */
export function DialogHost() {
  const open = useSyncExternalStore(onDialog, openedDialog)
  const { path } = usePlace()
  // A link in a dialog, as in the report of an import, leads out of it.
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each place anew
  useEffect(() => openDialog(null), [path])
  if (open === null) return null
  return (
    <Suspense>
      <ConversationDialog open={open} onClose={() => openDialog(null)} />
    </Suspense>
  )
}
