import { useLingui } from "@lingui/react/macro"
import { MoreHorizontal } from "lucide-react"
import { Suspense, useState } from "react"
import type { Listed } from "@/features/conversations/api/conversations"
import { lazy } from "@/lib/lazy"

const RowMenu = lazy(() => import("@/features/conversations/list/row-menu").then((module) => ({ default: module.RowMenu })))

export const DOTS_LOOK =
  "absolute inset-y-0 end-0.5 my-auto grid size-(--dots) place-items-center rounded-2 text-text-2 opacity-0 hover:bg-active hover:text-text group-hover/row:opacity-100 group-focus-within/row:opacity-100 aria-expanded:opacity-100 pointer-coarse:opacity-100"

/** Three dots at the end of a row; the menu itself is loaded when it is first wanted. */
export function RowMenuSlot({ conversation }: { conversation: Listed }) {
  const { t } = useLingui()
  const [isWanted, setIsWanted] = useState(false)
  const dots = (
    <button type="button" tabIndex={-1} aria-haspopup="menu" aria-label={t`What can be done`} onClick={() => setIsWanted(true)} className={DOTS_LOOK}>
      <MoreHorizontal aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </button>
  )
  if (!isWanted) return dots
  return (
    <Suspense fallback={dots}>
      <RowMenu conversation={conversation} />
    </Suspense>
  )
}
