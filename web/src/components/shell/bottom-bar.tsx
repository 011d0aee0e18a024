import { useLingui } from "@lingui/react/macro"
import { MessageCircle, Search, Settings2, SquarePen } from "lucide-react"
import { drawer } from "@/components/shell/drawer"
import { overlay } from "@/components/shell/overlay"
import { useValue } from "@/lib/value-store"
import { useRegistered, useTitle } from "@/registry"
import { Link } from "@/router"

const ITEM =
  "quick flex h-14 min-w-0 flex-col items-center justify-center gap-0.5 text-caption font-medium -outline-offset-2"
const ICON = "size-5"

interface BottomBarProps {
  path: string
}

function tone(isCurrent: boolean): string {
  return isCurrent ? "text-accent" : "text-text-2"
}

/** The bar of five on a phone: the list, a new conversation, search, the first other place, and the settings. */
export function BottomBar({ path }: BottomBarProps) {
  const { t } = useLingui()
  const titleOf = useTitle()
  const isListOpen = useValue(drawer)
  const other = useRegistered("places").find((place) => place.path !== "/" && place.path !== "/search")
  return (
    <nav
      aria-label={t`Main places`}
      className="grid shrink-0 auto-cols-fr grid-flow-col border-t border-border bg-canvas pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      <button
        type="button"
        aria-expanded={isListOpen}
        onClick={() => drawer.set(!isListOpen)}
        className={`${ITEM} ${tone(path.startsWith("/c/"))}`}
      >
        <MessageCircle aria-hidden="true" className={ICON} strokeWidth={1.75} />
        {t({ message: "Chats", comment: "Short name of the list of conversations" })}
      </button>
      <Link to="/" aria-current={path === "/" ? "page" : undefined} className={`${ITEM} ${tone(path === "/")}`}>
        <SquarePen aria-hidden="true" className={ICON} strokeWidth={1.75} />
        {t({ message: "New", comment: "Begin a new conversation" })}
      </Link>
      <button type="button" onClick={() => overlay.set("palette")} className={`${ITEM} ${tone(false)}`}>
        <Search aria-hidden="true" className={ICON} strokeWidth={1.75} />
        {t`Search`}
      </button>
      {other ? (
        <Link
          to={other.path}
          aria-current={path.startsWith(other.path) ? "page" : undefined}
          className={`${ITEM} ${tone(path.startsWith(other.path))}`}
        >
          <other.icon aria-hidden="true" className={ICON} strokeWidth={1.75} />
          <span className="max-w-full truncate">{titleOf(other.title)}</span>
        </Link>
      ) : null}
      <Link to="/settings" className={`${ITEM} ${tone(path.startsWith("/settings"))}`}>
        <Settings2 aria-hidden="true" className={ICON} strokeWidth={1.75} />
        {t`Settings`}
      </Link>
    </nav>
  )
}
