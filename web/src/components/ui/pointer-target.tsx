import type { ReactNode } from "react"

interface PointerTargetProps {
  title: string
  isDisabled?: boolean
  onPress: () => void
  children: ReactNode
}

/**
 * A place to press within an option of a list, for pointers and fingers alone: an option holds no buttons.
 * Whoever uses it has the same act for keys and screen readers elsewhere.
 */
export function PointerTarget({ title, isDisabled = false, onPress, children }: PointerTargetProps) {
  return (
    <span
      aria-hidden="true"
      title={isDisabled ? undefined : title}
      onClick={(event) => {
        // Beside it, the option itself is chosen.
        event.stopPropagation()
        if (!isDisabled) onPress()
      }}
      className={`quick -m-1 grid size-(--target) shrink-0 place-items-center rounded-1 ${isDisabled ? "cursor-default" : "hover:bg-active"}`}
    >
      {children}
    </span>
  )
}
