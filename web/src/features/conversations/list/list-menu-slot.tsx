import { useLingui } from "@lingui/react/macro"
import { ListFilter } from "lucide-react"
import { Suspense, useState } from "react"
import { IconButton } from "@/components/ui/icon-button"
import type { View } from "@/features/conversations/list/view"
import { lazy } from "@/lib/lazy"

const ListMenu = lazy(() => import("@/features/conversations/list/list-menu").then((module) => ({ default: module.ListMenu })))

interface ListMenuSlotProps {
  view: View
  onView: (view: View) => void
}

/** The button of the menu of the list; the menu is loaded when it is first wanted. */
export function ListMenuSlot({ view, onView }: ListMenuSlotProps) {
  const { t } = useLingui()
  const [isWanted, setIsWanted] = useState(false)
  const button = (
    <IconButton label={t`List and folders`} aria-haspopup="menu" onClick={() => setIsWanted(true)}>
      <ListFilter aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </IconButton>
  )
  if (!isWanted) return button
  return (
    <Suspense fallback={button}>
      <ListMenu view={view} onView={onView} />
    </Suspense>
  )
}
