import { lazy } from "@/lib/lazy"

/** Share a conversation; mounted while it is open, loaded then. */
export const ShareDialog = lazy(() =>
  import("@/features/conversations/share/share-dialog").then((m) => ({ default: m.ShareDialog })),
)
