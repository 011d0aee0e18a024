import type { LucideIcon } from "lucide-react"
import { drawer } from "@/components/shell/drawer"
import type { Place } from "@/registry"
import { moveWithArrows } from "@/lib/roving"
import { Link } from "@/router"

interface RailLinkProps {
  path: Place["path"]
  label: string
  icon: LucideIcon
  isCurrent: boolean
  /** Whether it is the tab stop of its list. */
  isStop: boolean
  isRail: boolean
}

/** A place in the sidebar: a link, so that it opens in another tab too; only its icon where there is no room. */
export function RailLink({ path, label, icon: Icon, isCurrent, isStop, isRail }: RailLinkProps) {
  const look = isCurrent ? "bg-active text-text" : "text-text-2 hover:bg-hover hover:text-text"
  return (
    <li>
      <Link
        to={path}
        data-roving
        tabIndex={isStop ? 0 : -1}
        onKeyDown={moveWithArrows}
        onClick={() => drawer.set(false)}
        aria-current={isCurrent ? "page" : undefined}
        title={isRail ? label : undefined}
        className={`quick flex h-(--row) w-full items-center gap-3 rounded-2 text-ui font-medium ${isRail ? "justify-center" : "px-2"} ${look}`}
      >
        <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
        {isRail ? <span className="sr-only">{label}</span> : <span className="min-w-0 flex-1 truncate">{label}</span>}
      </Link>
    </li>
  )
}
