import type { LucideIcon } from "lucide-react"
import type { ReactNode } from "react"
import { moveWithArrows } from "@/lib/roving"

interface NavItemProps {
  label: string
  Icon?: LucideIcon
  isCurrent?: boolean
  /** A place has a filled ground when current, a listed thing the tinted one with the bar. */
  look: "place" | "listed"
  isRail?: boolean
  aside?: ReactNode
  onGo: () => void
}

/** One line of the sidebar. */
export function NavItem({ label, Icon, isCurrent = false, look, isRail = false, aside, onGo }: NavItemProps) {
  const current = look === "place" ? "bg-active text-text" : "bg-selected text-text"
  return (
    <li>
      <button
        type="button"
        data-roving
        tabIndex={isCurrent ? 0 : -1}
        onKeyDown={moveWithArrows}
        onClick={onGo}
        aria-current={isCurrent ? (look === "place" ? "page" : "location") : undefined}
        title={isRail ? label : undefined}
        className={`quick relative flex h-(--row) w-full items-center gap-3 rounded-2 text-start text-ui ${isRail ? "justify-center" : "px-2"} ${look === "place" ? "font-medium" : ""} ${isCurrent ? current : "text-text-2 hover:bg-hover hover:text-text"}`}
      >
        {look === "listed" && isCurrent ? (
          <span aria-hidden="true" className="absolute inset-y-2 start-0 w-[3px] rounded-full bg-accent" />
        ) : null}
        {Icon ? <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} /> : null}
        {isRail ? <span className="sr-only">{label}</span> : <span className="min-w-0 flex-1 truncate">{label}</span>}
        {isRail ? null : aside}
      </button>
    </li>
  )
}
