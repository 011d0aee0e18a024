import { useLingui } from "@lingui/react/macro"
import { X } from "lucide-react"
import type { ReactNode } from "react"
import { IconButton } from "@/components/ui/icon-button"

interface PanelHeadProps {
  title: string
  /** Stands before the title, like an avatar. */
  lead?: ReactNode
  aside?: ReactNode
  onClose: () => void
}

/** The head of a side panel: what it is about, and a way out. */
export function PanelHead({ title, lead, aside, onClose }: PanelHeadProps) {
  const { t } = useLingui()
  return (
    <header className="flex min-h-(--header) shrink-0 items-center gap-3 border-b border-border ps-5 pe-3">
      {lead}
      <h2 title={title} className="tight min-w-0 flex-1 truncate text-body font-semibold">
        <bdi>{title}</bdi>
      </h2>
      {aside}
      <IconButton label={t`Close`} keys="Esc" onClick={onClose}>
        <X aria-hidden="true" className="size-4" />
      </IconButton>
    </header>
  )
}
