import { useMedia } from "@/lib/use-media"
import { Navigate } from "@/router"

/** The settings without a page: the list alone where only one of both has room, else the first page. */
export function SettingsStart() {
  const hasRoom = useMedia("(min-width: 900px)")
  return hasRoom ? <Navigate to="/settings/$page" params={{ page: "appearance" }} /> : null
}
