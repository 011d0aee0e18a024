import { useLingui } from "@lingui/react/macro"
import type { KeyboardEvent } from "react"
import { isLetters, nameOf, showKeys } from "@/lib/shortcuts"

interface LetterFieldProps {
  label: string
  keys: string
  onKeys: (keys: string) => void
}

/** Shows the letters of an action and takes others: press one, or Backspace for none. */
export function LetterField({ label, keys, onKeys }: LetterFieldProps) {
  const { t } = useLingui()
  const take = (event: KeyboardEvent): void => {
    if (event.key === "Tab" || event.key === "Escape" || event.metaKey || event.ctrlKey || event.altKey) return
    event.preventDefault()
    if (event.key === "Backspace" || event.key === "Delete") return onKeys("")
    const name = nameOf({
      key: event.key,
      hasModifier: false,
      isShift: event.shiftKey,
      isAlt: false,
      isTyping: false,
      atMs: 0,
    })
    // After G comes a place's letter; G alone begins such a pair.
    if (isLetters(name) && name !== "g") onKeys(keys.startsWith("g ") ? `g ${name}` : name)
  }
  return (
    <input
      dir="ltr"
      readOnly
      aria-label={t`Keys for “${label}”`}
      title={t`Press another letter, or Backspace for none`}
      value={showKeys(keys, false).join(" ")}
      placeholder={t`none`}
      onKeyDown={take}
      className="control w-16 rounded-2 border border-border-strong bg-raised text-center text-ui"
    />
  )
}
