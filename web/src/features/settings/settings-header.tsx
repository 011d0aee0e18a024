import { useLingui } from "@lingui/react/macro"
import { ArrowLeft } from "lucide-react"
import type { ReactNode } from "react"
import { Link } from "@/router"

interface SettingsHeaderProps {
  title: string
  /** Stands after the title. */
  aside?: ReactNode
  /** What can be done here, at the end. */
  actions?: ReactNode
}

/** The head of a page of the settings, with the way back to the list where that is not beside it. */
export function SettingsHeader({ title, aside, actions }: SettingsHeaderProps) {
  const { t } = useLingui()
  return (
    <header className="flex h-(--header) shrink-0 items-center gap-3 border-b border-border px-3 md:ps-5">
      <Link
        to="/settings"
        aria-label={t`All settings`}
        title={t`All settings`}
        className="quick inline-grid size-(--control) shrink-0 place-items-center rounded-2 text-text-2 hover:bg-hover hover:text-text md:hidden"
      >
        <ArrowLeft aria-hidden="true" className="size-4 rtl:-scale-x-100" strokeWidth={1.75} />
      </Link>
      <div className="flex min-w-0 flex-1 items-center gap-3">
        <h1 className="tight shrink-0 text-body font-semibold">{title}</h1>
        {aside}
      </div>
      {actions ? <div className="flex shrink-0 items-center gap-1">{actions}</div> : null}
    </header>
  )
}
