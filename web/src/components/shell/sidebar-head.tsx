import { useLingui } from "@lingui/react/macro"
import { PanelLeft, Search, SquarePen } from "lucide-react"
import { drawer } from "@/components/shell/drawer"
import { overlay } from "@/components/shell/overlay"
import { Logo } from "@/components/ui/bars"
import { IconButton } from "@/components/ui/icon-button"
import { isAppleDevice, showKeys } from "@/lib/shortcuts"
import { Link } from "@/router"

interface SidebarHeadProps {
  name: string
  isRail: boolean
  /** What the button that changes the sidebar does now. */
  toggleName: string
  onToggle: () => void
}

function search(): void {
  drawer.set(false)
  overlay.set("palette")
}

/** The top of the sidebar: whose house it is, a new conversation, and the way to search and run anything. */
export function SidebarHead({ name, isRail, toggleName, onToggle }: SidebarHeadProps) {
  const { t } = useLingui()
  const isApple = isAppleDevice()
  const write = (
    <Link
      to="/"
      onClick={() => drawer.set(false)}
      aria-label={t`New conversation`}
      title={`${t`New conversation`} (N)`}
      className="quick inline-grid size-(--control) shrink-0 place-items-center rounded-2 text-text-2 hover:bg-hover hover:text-text"
    >
      <SquarePen aria-hidden="true" className="size-4" strokeWidth={1.75} />
    </Link>
  )
  const toggle = (
    <IconButton label={toggleName} keys={showKeys("mod+b", isApple).join(" ")} onClick={onToggle}>
      <PanelLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
    </IconButton>
  )
  const searchName = t`Search or run…`
  if (isRail) {
    return (
      <div className="flex shrink-0 flex-col items-center gap-1 pt-3">
        <Logo />
        {toggle}
        {write}
        <IconButton label={searchName} keys={showKeys("mod+k", isApple).join(" ")} onClick={search}>
          <Search aria-hidden="true" className="size-4" strokeWidth={1.75} />
        </IconButton>
      </div>
    )
  }
  return (
    <div className="flex shrink-0 flex-col px-2">
      <div className="flex h-(--header) items-center gap-1 ps-2">
        <Logo />
        <span className="tight ms-1 min-w-0 flex-1 truncate text-body font-semibold">
          <bdi>{name}</bdi>
        </span>
        {toggle}
        {write}
      </div>
      <button
        type="button"
        onClick={search}
        className="quick flex h-(--control) items-center gap-3 rounded-2 border border-border-strong bg-raised px-2 text-start text-ui text-text-2 hover:bg-hover"
      >
        <Search aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
        <span className="min-w-0 flex-1 truncate">{searchName}</span>
        <kbd dir="ltr" className="rounded-1 border border-border px-1 text-caption pointer-coarse:hidden">
          {showKeys("mod+k", isApple).join(" ")}
        </kbd>
      </button>
    </div>
  )
}
