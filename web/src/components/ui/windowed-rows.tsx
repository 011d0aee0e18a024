import { type ReactNode, Suspense } from "react"
import { lazy } from "@/lib/lazy"
import { firstWindow, type RowWindow, type RowWindowOptions, WHOLE_UP_TO } from "@/lib/row-window"

const ManyRows = lazy(() => import("@/components/ui/many-rows").then((module) => ({ default: module.ManyRows })))

interface WindowedRowsProps extends RowWindowOptions {
  /** Draws the list with the rows it is given. */
  children: (window: RowWindow) => ReactNode
}

/** A list of any length: whole while it is short, only what is near the reader once it is long. */
export function WindowedRows({ children, ...options }: WindowedRowsProps) {
  if (options.count <= WHOLE_UP_TO) return children(firstWindow(options))
  return (
    <Suspense fallback={children(firstWindow(options))}>
      <ManyRows {...options}>{children}</ManyRows>
    </Suspense>
  )
}
