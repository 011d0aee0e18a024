import { plural } from "@lingui/core/macro"
import { useLingui } from "@lingui/react/macro"
import { ArrowDown } from "lucide-react"

interface JumpButtonProps {
  /** Turns that came since the reader left the end. */
  news: number
  onJump: () => void
}

/** The way back to the end, which is followed from there on. */
export function JumpButton({ news, onJump }: JumpButtonProps) {
  const { t } = useLingui()
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
      <button
        type="button"
        onClick={onJump}
        className="quick pointer-events-auto inline-flex min-h-(--control) items-center gap-2 rounded-full border border-border-strong bg-overlay px-3 text-ui font-medium shadow-2 hover:bg-hover"
      >
        <ArrowDown aria-hidden="true" className="size-4" strokeWidth={1.75} />
        {news === 0 ? t`Jump to latest` : t`Jump to latest, ${plural(news, { one: "# new", other: "# new" })}`}
      </button>
    </div>
  )
}
