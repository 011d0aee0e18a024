import { useLingui } from "@lingui/react/macro"
import { Menu } from "lucide-react"
import type { ReactNode } from "react"
import { drawer } from "@/components/shell/drawer"
import { IconButton } from "@/components/ui/icon-button"
import { useValue } from "@/lib/value-store"

interface PageHeaderProps {
  title: string
  /** Stands in the title's place while that is changed. */
  editor?: ReactNode
  /** A line below the title where the window is narrow, in place of what stands after it. */
  note?: string
  /** Stands after the title, like the branch. */
  aside?: ReactNode
  /** What can be done here, at the end. */
  actions?: ReactNode
}

/** The head of a page: what it is about, what can be done, and the way to the sidebar where that is not beside it. */
export function PageHeader({ title, editor, note, aside, actions }: PageHeaderProps) {
  const { t } = useLingui()
  const isOpen = useValue(drawer)
  return (
    <header className="flex h-(--header) shrink-0 items-center gap-3 border-b border-border bg-surface px-3 md:ps-5">
      <span data-drawer-button className="contents md:hidden">
        <IconButton label={t`Open the sidebar`} aria-expanded={isOpen} onClick={() => drawer.set(true)}>
          <Menu aria-hidden="true" className="size-5" strokeWidth={1.75} />
        </IconButton>
      </span>
      <div className="flex min-w-0 flex-1 items-center gap-3">
        {/* The page keeps its name while that is changed; the focus comes back to it. */}
        <div className={editor ? "sr-only" : "flex min-w-0 flex-col"}>
          <h1 title={title} tabIndex={-1} className="tight truncate rounded-1 text-body font-semibold">
            <bdi>{title}</bdi>
          </h1>
          {note ? <bdi className="truncate text-caption text-text-2 sm:hidden">{note}</bdi> : null}
        </div>
        {editor}
        {aside}
      </div>
      {actions ? <div className="flex shrink-0 items-center gap-1">{actions}</div> : null}
    </header>
  )
}
