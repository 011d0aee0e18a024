import type { ReactNode } from "react"
import { moveWithArrows } from "@/lib/roving"

interface NavItemProps {
  label: string
  isCurrent?: boolean
  aside?: ReactNode
  onGo: () => void
}

/** One listed thing of the sidebar; the current one has the tinted ground and the bar. */
export function NavItem({ label, isCurrent = false, aside, onGo }: NavItemProps) {
  return (
    <li>
      <button
        type="button"
        data-roving
        tabIndex={isCurrent ? 0 : -1}
        onKeyDown={moveWithArrows}
        onClick={onGo}
        aria-current={isCurrent ? "location" : undefined}
        className={`quick relative flex h-(--row) w-full items-center gap-3 rounded-2 px-2 text-start text-ui ${isCurrent ? "bg-selected text-text" : "text-text-2 hover:bg-hover hover:text-text"}`}
      >
        {isCurrent ? (
          <span aria-hidden="true" className="absolute inset-y-2 start-0 w-[3px] rounded-full bg-accent" />
        ) : null}
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {aside}
      </button>
    </li>
  )
}
