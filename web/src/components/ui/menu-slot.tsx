import { type ReactNode, Suspense, useState } from "react"
import { IconButton } from "@/components/ui/icon-button"

interface MenuSlotProps {
  label: string
  /** The icon of the button. */
  children: ReactNode
  /** The menu behind it, loaded when it is first wanted: it has the same button and opens at once. */
  menu: ReactNode
}

/** The button of a menu that is loaded when it is first wanted. */
export function MenuSlot({ label, children, menu }: MenuSlotProps) {
  const [isWanted, setIsWanted] = useState(false)
  const button = (
    <IconButton label={label} aria-haspopup="menu" onClick={() => setIsWanted(true)}>
      {children}
    </IconButton>
  )
  return isWanted ? <Suspense fallback={button}>{menu}</Suspense> : button
}
