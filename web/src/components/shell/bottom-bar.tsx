import { useLingui } from "@lingui/react/macro"
import type { LucideIcon } from "lucide-react"

export interface BarItem {
  id: string
  label: string
  Icon: LucideIcon
}

interface BottomBarProps {
  items: readonly BarItem[]
  current: string
  onGo: (id: string) => void
}

/** The bar of five on a phone. */
export function BottomBar({ items, current, onGo }: BottomBarProps) {
  const { t } = useLingui()
  return (
    <nav
      aria-label={t`Main places`}
      className="grid shrink-0 auto-cols-fr grid-flow-col border-t border-border bg-canvas pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {items.map(({ id, label, Icon }) => (
        <button
          key={id}
          type="button"
          onClick={() => onGo(id)}
          aria-current={id === current ? "location" : undefined}
          className={`quick flex h-14 flex-col items-center justify-center gap-0.5 text-caption font-medium -outline-offset-2 ${id === current ? "text-accent" : "text-text-2"}`}
        >
          <Icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
          {label}
        </button>
      ))}
    </nav>
  )
}
