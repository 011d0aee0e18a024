import { useLingui } from "@lingui/react/macro"
import { useRef } from "react"
import { rename } from "@/features/conversations/list/act"

const LONGEST = 300

interface RenameFieldProps {
  id: string
  title: string
  onEnd: () => void
}

/** A row's title to be written anew: Enter and going elsewhere keep it, Esc does not. */
export function RenameField({ id, title, onEnd }: RenameFieldProps) {
  const { t } = useLingui()
  const isOver = useRef(false)
  const end = (field: HTMLInputElement, isKept: boolean): void => {
    if (isOver.current) return
    isOver.current = true
    const written = field.value.trim()
    if (isKept && written !== "" && written !== title) rename(id, written)
    onEnd()
  }
  return (
    <input
      ref={(field) => {
        field?.focus()
        field?.select()
      }}
      aria-label={t`Title`}
      dir="auto"
      maxLength={LONGEST}
      defaultValue={title}
      onBlur={(event) => end(event.currentTarget, true)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing) return
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault()
          end(event.currentTarget, event.key === "Enter")
        }
      }}
      className="h-(--row) w-full rounded-2 border border-border-strong bg-raised px-2 text-ui text-text"
    />
  )
}
