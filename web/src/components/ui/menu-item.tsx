import { Check, type LucideIcon } from "lucide-react"
import type { ReactNode } from "react"

interface MenuItemProps {
  icon?: LucideIcon
  /** The keys that do the same. */
  keys?: string
  tone?: "plain" | "danger"
  /** Whether it is the chosen one of several, where it is one of several. */
  isChosen?: boolean
  isDisabled?: boolean
  /** Runs after the menu is closed. */
  onChoose: () => void
  children: ReactNode
}

/** One act of a menu. */
export function MenuItem({ icon: Icon, keys, tone = "plain", isChosen, isDisabled, onChoose, children }: MenuItemProps) {
  const colour = tone === "danger" ? "text-danger" : "text-text"
  return (
    <button
      type="button"
      role={isChosen === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={isChosen}
      tabIndex={-1}
      disabled={isDisabled}
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()
        onChoose()
      }}
      className={`flex min-h-(--row) w-full items-center gap-3 rounded-2 px-2 text-start text-ui -outline-offset-2 hover:bg-hover focus:bg-hover disabled:bg-transparent disabled:text-disabled ${colour}`}
    >
      {Icon ? <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} /> : null}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {isChosen ? <Check aria-hidden="true" className="size-4 shrink-0" strokeWidth={2} /> : null}
      {keys ? (
        <kbd dir="ltr" className="text-caption text-text-2 pointer-coarse:hidden">
          {keys}
        </kbd>
      ) : null}
    </button>
  )
}
